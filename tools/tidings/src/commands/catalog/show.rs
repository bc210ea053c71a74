//! `tidings catalog show`.

use std::process::ExitCode;

use super::{found, say, source::Source};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Its name: `order.placed`, `create-invoice`, `orders`. `table:events` says which kind is meant, where several things share a name.
    name: String,
    #[command(flatten)]
    source: Source,
    /// Prints a list of JSON objects, for scripts: one, unless several things share the name.
    #[arg(long)]
    json: bool,
}

/// Prints everything that has this name.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = arguments.source.read().await?;
    let things = match found(&document, &arguments.name) {
        Ok(things) => things,
        Err(code) => return Ok(code),
    };
    let shown: Vec<_> = things.iter().map(|thing| document.show(thing)).collect();
    let text = match arguments.json {
        true => format!("{}\n", serde_json::to_string_pretty(&shown)?),
        false => shown
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
    };
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}
