//! `tidings dlq history` and `status`.

use std::process::ExitCode;

use tidings_operations::{Act, State, Verb};

use super::{site::Site, table::table, tell};

#[derive(clap::Args)]
pub struct Arguments {
    /// How many acts, at most; the newest first.
    #[arg(long, default_value_t = 50)]
    most: usize,
}

#[derive(clap::Args)]
pub struct StatusArguments {
    /// The act; without it, every one that is at work.
    act: Option<String>,
}

pub async fn run(site: &Site, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    show(site, &site.desk.store().acts(arguments.most).await?)
}

pub async fn status(site: &Site, arguments: &StatusArguments) -> anyhow::Result<ExitCode> {
    if let Some(act) = &arguments.act {
        return tell(&site.desk.store().act(act).await?, site.json);
    }
    let mut acts = site.desk.store().acts(1000).await?;
    acts.retain(|act| act.state == State::Running);
    show(site, &acts)
}

fn show(site: &Site, acts: &[Act]) -> anyhow::Result<ExitCode> {
    if site.json {
        println!("{}", serde_json::to_string(acts)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["act", "who", "what", "how it stands", "letters", "why"]);
    for act in acts {
        rows.add_row([
            act.id.clone(),
            act.who.clone(),
            verb(act.verb).to_owned(),
            stands(act).to_owned(),
            act.counts.letters.to_string(),
            [act.why.as_deref(), act.told.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n"),
        ]);
    }
    println!("{rows}");
    Ok(ExitCode::SUCCESS)
}

/// An act in a line.
pub fn line(act: &Act) -> String {
    let counts = &act.counts;
    let mut line = format!("{} {}: {} letters", verb(act.verb), stands(act), counts.letters);
    if act.verb == Verb::Redrive {
        let (done, failed, left) = (counts.done, counts.failed_again, counts.left);
        line += &format!(", {done} known to be done, {failed} failed again, {left} left where they are");
    }
    if let Some(told) = &act.told {
        line += &format!("; {told}");
    }
    format!("{line} (act {})", act.id)
}

fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Redrive => "redrive",
        Verb::Edit => "edit",
        Verb::Drop => "drop",
        Verb::Restore => "restore",
    }
}

fn stands(act: &Act) -> &'static str {
    match act.state {
        State::Running => "at work, or killed (resume)",
        State::Done => "done",
        State::Stopped => "stopped",
        State::Cancelled => "cancelled",
    }
}
