//! `tidings schema impact`.

use std::{path::PathBuf, process::ExitCode};

use tidings_schema::{
    Verdict,
    impact::{Impact, Touched, impact},
};

use super::fetch;

/// What `tidings schema impact --help` says.
pub const ABOUT: &str = "\
Says which consumers read a type, or a field of it (by what their types really read), who publishes it, and who would break if the field were removed, \
renamed, made required or made optional.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The type, like order.placed.
    name: String,
    /// The field, like items.sku.
    field: Option<String>,
    /// The folder of samples and schemas: a folder a type.
    #[arg(long, value_name = "FOLDER", default_value = "events")]
    events: PathBuf,
    /// A catalogue document in the place of this code's: a file, https://… or s3://bucket/key.
    #[arg(long, value_name = "CATALOGUE")]
    catalogue: Option<String>,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Says it.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = match &arguments.catalogue {
        Some(named) => fetch::catalogue(named).await?,
        None => fetch::now(&arguments.events)?,
    };
    let told = impact(&catalogue, &arguments.name, arguments.field.as_deref())?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&told)?),
        false => print(&told),
    }
    Ok(ExitCode::SUCCESS)
}

fn print(told: &Impact) {
    let what = match &told.field {
        Some(field) => format!("{} v{} {field}", told.name, told.version),
        None => format!("{} v{}", told.name, told.version),
    };
    println!("{what}\n");
    if told.field.is_none() {
        println!("fields\n  {}\n", told.fields.join("\n  "));
    }
    section("read by", &told.readers);
    section("passed on, without looking into it, by", &told.others);
    section("published by", &told.publishers);
    for would in &told.would {
        let verdict = match would.outcome.verdict {
            Verdict::Compatible => "breaks nobody".to_owned(),
            Verdict::Unknown | Verdict::Incompatible => format!("breaks {}", would.breaks.join(", ")),
        };
        println!("{}: {verdict}", would.change);
        for finding in &would.outcome.findings {
            let direction = finding
                .direction
                .map_or_else(String::new, |direction| format!(" ({direction})"));
            println!("  {}{direction}  {}", finding.rule.id, finding.message);
        }
    }
}

fn section(title: &str, functions: &[Touched]) {
    if functions.is_empty() {
        return;
    }
    println!("{title}");
    for function in functions {
        let version = function
            .version
            .map_or_else(String::new, |version| format!("v{version}"));
        println!("  {:<26} {:<14} {version}", function.name, function.service);
    }
    println!();
}
