//! `tidings dlq edit`: in an editor, by a JSON merge patch, or with a file.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tidings_operations::{Change, Checked, Letter};

use super::{site::Site, tell};

#[derive(clap::Args)]
pub struct Arguments {
    /// The letter, by its id or how that begins.
    letter: String,
    /// A JSON merge patch (RFC 7396) of the whole event: '{"data":{"total":3}}'. Without it,
    /// $EDITOR opens.
    #[arg(long, value_name = "JSON")]
    patch: Option<String>,
    /// The new body, in this file.
    #[arg(long, value_name = "FILE", conflicts_with = "patch")]
    file: Option<PathBuf>,
    /// Makes a new event of it, which the old one has caused: its consumer has no record of it, and
    /// does it whatever it has done with the old one.
    #[arg(long)]
    as_new: bool,
    /// Edits it though its consumer could not take it.
    #[arg(long)]
    unchecked: bool,
    /// Why, for the record.
    #[arg(long)]
    reason: Option<String>,
}

pub async fn run(site: &Site, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    ensure!(
        !site.open,
        "--open: what is edited stays sealed, or it would be written in the clear"
    );
    let letter = site.desk.letter(&arguments.letter).await?;
    let change = match (&arguments.patch, &arguments.file) {
        (Some(patch), _) => Change::Patch(serde_json::from_str(patch).context("--patch is no JSON")?),
        (None, Some(file)) => {
            Change::Body(std::fs::read_to_string(file).with_context(|| file.display().to_string())?)
        }
        (None, None) => match in_editor(&letter)? {
            Some(body) => Change::Body(body),
            None => {
                println!("nothing was changed");
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    let (as_new, unchecked) = (arguments.as_new, arguments.unchecked);
    let reason = arguments.reason.as_deref();
    let edited = site
        .desk
        .edit(&letter, change, as_new, unchecked, &site.who, reason)
        .await?;
    if !site.json {
        match &edited.new_event {
            Some(key) => println!(
                "It is a new event now, {key}, caused by the old one: its consumer has never seen it."
            ),
            None => println!("It keeps its identity: what its consumer has recorded of it counts."),
        }
        println!(
            "{}",
            match edited.checked {
                Checked::BySchema => "Its data fits the schema.",
                Checked::WithoutSchema => "Its consumer takes it; the catalogue has no schema for its data.",
                Checked::No => "It was not checked.",
            }
        );
        println!(
            "Redrive sends it; the original is kept (`tidings dlq restore {}`).",
            letter.id
        );
    }
    tell(&edited.act, site.json)
}

/// Lets somebody edit a body; none where they left it as it was.
fn in_editor(letter: &Letter) -> anyhow::Result<Option<String>> {
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let editor = editor.filter(|editor| !editor.is_empty());
    let Some(editor) = editor else {
        bail!("set EDITOR, or say what to change (--patch, --file)")
    };
    let before = match serde_json::from_str::<Value>(&letter.body) {
        Ok(json) => serde_json::to_string_pretty(&json)?,
        Err(_) => letter.body.clone(),
    };
    let file = tempfile::Builder::new()
        .prefix("letter-")
        .suffix(".json")
        .tempfile()?;
    std::fs::write(file.path(), &before)?;
    // As git does: the variable may hold arguments.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program)
        .args(words)
        .arg(file.path())
        .status();
    let status = status.with_context(|| format!("the editor {editor}"))?;
    ensure!(
        status.success(),
        "the editor ended with {status}; nothing was changed"
    );
    let after = std::fs::read_to_string(file.path())?;
    if after.trim_end() == before.trim_end() {
        return Ok(None);
    }
    // As compact as it came.
    Ok(Some(match serde_json::from_str::<Value>(&after) {
        Ok(json) => json.to_string(),
        Err(_) => after,
    }))
}
