//! `tidings dlq show` and `explain`.

use std::process::ExitCode;

use anyhow::ensure;
use serde_json::{Value, json};
use tidings_operations::{Selection, Shown, group_of};

use super::{
    choose::{Chosen, not_by_accident},
    site::Site,
    table::{ago, short, table},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The letter, by its id or how that begins.
    letter: String,
}

#[derive(clap::Args)]
pub struct ExplainArguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Explains every letter.
    #[arg(long)]
    all: bool,
}

pub async fn run(site: &Site, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let desk = &site.desk;
    let letter = desk.letter(&arguments.letter).await?;
    let mut shown = serde_json::to_value(Shown::of(&letter, group_of(&letter)))?;
    if site.open {
        shown["event"] = serde_json::from_str(&desk.open(&letter.body).await?)?;
    }
    if site.json {
        println!("{shown}");
        return Ok(ExitCode::SUCCESS);
    }
    let now = desk.now();
    for (name, label) in [
        ("id", "letter"),
        ("queue", "queue"),
        ("group", "group"),
        ("key", "event"),
        ("eventType", "type"),
        ("correlation", "correlation"),
        ("class", "class"),
        ("reason", "cause"),
        ("unreadable", "no event"),
        ("attempts", "attempts"),
        ("firstFailed", "first failed"),
        ("messageGroup", "message group"),
        ("replaces", "replaces"),
    ] {
        match &shown[name] {
            Value::Null => {}
            Value::String(text) => println!("{label:<14} {text}"),
            other => println!("{label:<14} {other}"),
        }
    }
    println!("{:<14} {} ago", "since", ago(letter.sent, now));
    let body = match &shown["event"] {
        Value::Null => letter.body.clone(),
        event => serde_json::to_string_pretty(event)?,
    };
    println!("\n{body}");
    Ok(ExitCode::SUCCESS)
}

pub async fn explain(site: &Site, arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let desk = &site.desk;
    let selection = arguments.chosen.selection();
    not_by_accident(&selection, arguments.all)?;
    let letters = of_groups_too(site, selection).await;
    ensure!(!letters.is_empty(), "no letter fits");
    let explained = desk.explain(&letters).await?;
    if site.json {
        println!("{}", serde_json::to_string(&explained)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["letter", "consumer", "event", "attempts", "a redrive now"]);
    for one in &explained {
        let mut told = vec![one.outcome.told()];
        told.extend(one.remarks.iter().map(|remark| remark.told()));
        rows.add_row([
            short(&one.letter).to_owned(),
            one.consumer.clone(),
            one.event.clone().unwrap_or_else(|| "(no event)".to_owned()),
            one.attempts.to_string(),
            told.join("\n"),
        ]);
    }
    println!("{rows}");
    Ok(ExitCode::SUCCESS)
}

/// What is named by itself may be a letter or a group.
async fn of_groups_too(site: &Site, selection: Selection) -> Vec<tidings_operations::Letter> {
    let letters = site.desk.look(&selection).await.letters;
    if !letters.is_empty() || selection.letters.is_empty() {
        return letters;
    }
    let groups = Selection {
        groups: selection.letters.clone(),
        letters: Vec::new(),
        ..selection
    };
    site.desk.look(&groups).await.letters
}

/// A plan as JSON.
pub fn plan_json(plan: &tidings_operations::Plan) -> Value {
    json!({ "plan": plan })
}
