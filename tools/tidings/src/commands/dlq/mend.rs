//! `tidings dlq drop`, `restore`, `note`, `export` and `import`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::ensure;
use tidings_operations::{Note, transfer};

use super::{
    choose::{Chosen, not_by_accident},
    redrive::OnStandardError,
    site::Site,
    table::{short, table},
    tell,
};

#[derive(clap::Args)]
pub struct DropArguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Every letter.
    #[arg(long)]
    all: bool,
    /// Why: it is kept with the letters.
    #[arg(long)]
    reason: String,
    /// Does it. Without it, what would be dropped is shown, and nothing is done.
    #[arg(long)]
    yes: bool,
}

#[derive(clap::Args)]
pub struct RestoreArguments {
    /// A letter that was dropped or edited, or the act that did it.
    id: String,
    /// Why, for the record.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(clap::Args)]
pub struct NoteArguments {
    /// The group, as `list` shows it.
    group: String,
    /// What others should know.
    text: String,
}

#[derive(clap::Args)]
pub struct ExportArguments {
    /// The folder, which is made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
}

#[derive(clap::Args)]
pub struct ImportArguments {
    /// The folder that was exported.
    folder: PathBuf,
    /// Does it.
    #[arg(long)]
    yes: bool,
    /// Why, for the record.
    #[arg(long)]
    reason: Option<String>,
}

pub async fn drop(site: &Site, arguments: DropArguments) -> anyhow::Result<ExitCode> {
    let selection = arguments.chosen.selection();
    not_by_accident(&selection, arguments.all)?;
    if arguments.yes {
        let act = site
            .desk
            .drop(selection, &site.who, &arguments.reason, &OnStandardError)
            .await?;
        return tell(&act, site.json);
    }
    let letters = site.desk.look(&selection).await.letters;
    if site.json {
        let ids: Vec<_> = letters.iter().map(|letter| &letter.id).collect();
        println!("{}", serde_json::json!({ "wouldDrop": ids }));
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["letter", "consumer", "event"]);
    for letter in &letters {
        let event = letter.key().unwrap_or_else(|| "(no event)".to_owned());
        rows.add_row([short(&letter.id), letter.queue.consumer, &event]);
    }
    println!(
        "{rows}\n{} letters. Nothing was done. --yes drops them.",
        letters.len()
    );
    Ok(ExitCode::SUCCESS)
}

pub async fn restore(site: &Site, arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let act = site
        .desk
        .restore(&arguments.id, &site.who, arguments.reason.as_deref())
        .await?;
    tell(&act, site.json)
}

pub async fn note(site: &Site, arguments: &NoteArguments) -> anyhow::Result<ExitCode> {
    let (group, text) = (arguments.group.clone(), arguments.text.clone());
    ensure!(!text.trim().is_empty(), "a note says something");
    let note = Note {
        group,
        text,
        who: site.who.clone(),
        at: site.desk.now(),
    };
    site.desk.store().note(&note).await?;
    Ok(ExitCode::SUCCESS)
}

pub async fn export(site: &Site, arguments: &ExportArguments) -> anyhow::Result<ExitCode> {
    ensure!(!site.open, "--open: what is exported stays sealed");
    let letters = site.desk.look(&arguments.chosen.selection()).await.letters;
    let written = transfer::export(&letters, &arguments.to)?;
    println!("{written} letters are in {}", arguments.to.display());
    Ok(ExitCode::SUCCESS)
}

pub async fn import(site: &Site, arguments: &ImportArguments) -> anyhow::Result<ExitCode> {
    let dry = !arguments.yes;
    let imported = site
        .desk
        .import(&arguments.folder, dry, &site.who, arguments.reason.as_deref())
        .await?;
    if site.json {
        println!("{}", serde_json::to_string(&imported)?);
    } else {
        for one in &imported {
            println!("{}: {}", one.file, one.result);
        }
        if dry {
            println!("Nothing was done. --yes does it.");
        }
    }
    let fine = imported.iter().all(|one| one.fine);
    Ok(if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
