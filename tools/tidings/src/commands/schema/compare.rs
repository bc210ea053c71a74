//! `tidings schema compare`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use serde_json::Value;
use tidings_schema::{ContentModel, Mode, Verdict, change};

/// What `tidings schema compare --help` says.
pub const ABOUT: &str = "\
Compares two JSON Schemas (draft 4 to 2020-12), whatever they are of, and says what the change from the one to the other breaks.

Exits with 0 when they are compatible, 1 when they are not or it could not be decided, 2 when it was called wrongly.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The old schema.
    old: PathBuf,
    /// The new schema.
    new: PathBuf,
    /// BACKWARD (the new one reads what the old one wrote), FORWARD, or FULL.
    #[arg(long, default_value = "FULL")]
    mode: Mode,
    /// LENIENT (writers write what they declare, readers ignore what they do not know), or STRICT (sets of values).
    #[arg(long, default_value = "LENIENT")]
    content: ContentModel,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Compares.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let outcome = change(&old, &new, arguments.mode, arguments.content);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        for finding in &outcome.findings {
            println!("{}  {}", finding.rule.id, finding.message);
            if let Some(witness) = &finding.witness {
                println!("  witness  {witness}");
            }
            println!("  see      {}", finding.page);
        }
        println!(
            "{}",
            serde_json::to_value(outcome.verdict)?
                .as_str()
                .unwrap_or_default()
        );
    }
    Ok(match outcome.verdict {
        Verdict::Compatible => ExitCode::SUCCESS,
        Verdict::Unknown | Verdict::Incompatible => ExitCode::FAILURE,
    })
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}
