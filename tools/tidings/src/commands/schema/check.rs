//! `tidings schema check`.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use jiff::{Timestamp, tz::TimeZone};
use serde::de::DeserializeOwned;
use tidings_schema::{
    gate::{Gate, Settings, exceptions},
    report,
};

use super::fetch;

/// What `tidings schema check --help` says.
pub const ABOUT: &str = "\
Compares the schemas of now with those of then, and says what the change breaks: by which rule, where, what both say, a value that is written and not read, \
and the consumers that read it (docs/schema-rules.md).

  tidings schema check --against main
  tidings schema check --against stage:beta      asks CloudFormation and S3, as the AWS CLI is configured
  tidings schema check --against v1.4.0 --deployed stage:beta

What is asked of a type stands in events/compatibility.json (FULL_TRANSITIVE and LENIENT unless it says otherwise), what is excused and until when in \
events/exceptions.toml, which `tidings catalog check` has as well.

Exits with 0 when nothing fails, 1 when something does, 2 when it was called wrongly.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The contracts of then: a commit, tag or branch; a folder of schemas; a catalogue document, as a file, https://… or s3://bucket/key;
    /// or stage:NAME, what that stage was deployed with (stage: is the one without a name).
    #[arg(long, value_name = "WHAT")]
    against: String,
    /// The folder of samples and schemas: a folder a type.
    #[arg(long, value_name = "FOLDER", default_value = "events")]
    events: PathBuf,
    /// The contracts of now, where they are not those of this code: a folder, or a catalogue document.
    #[arg(long, value_name = "WHAT")]
    now: Option<String>,
    /// The catalogue document of what is deployed (or stage:NAME), whose consumers must be able to read what will be published. --against,
    /// where that is a document or a stage; a commit or a folder knows no consumers.
    #[arg(long, value_name = "CATALOGUE")]
    deployed: Option<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Says it as JSON, for scripts; the same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The address of the repository, with which SARIF makes links to the rules' pages.
    #[arg(long, value_name = "ADDRESS")]
    documentation: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Markdown,
}

/// Checks.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let then = fetch::then(&arguments.against, &arguments.events).await?;
    let now = match &arguments.now {
        Some(now) => fetch::then(now, &arguments.events).await?,
        None => fetch::now(&arguments.events)?,
    };
    let deployed = match &arguments.deployed {
        Some(deployed) => Some(fetch::catalogue(deployed).await?),
        None if then.consumers.is_empty() => None,
        None => Some(then.clone()),
    };
    let settings: Settings = beside(&arguments.events, "compatibility.json")?.unwrap_or_default();
    let excuses = arguments.events.join("exceptions.toml");
    let excused = match text(&excuses)? {
        Some(text) => exceptions(&text).map_err(|why| anyhow::anyhow!("{}: {why}", excuses.display()))?,
        None => Vec::new(),
    };
    let gate = Gate {
        now: &now,
        then: &then,
        deployed: deployed.as_ref(),
        settings: &settings,
        exceptions: &excused,
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
    };
    let told = gate.check();
    match if arguments.json {
        Format::Json
    } else {
        arguments.format
    } {
        Format::Text => print!("{}", report::terminal(&told, io::stdout().is_terminal())),
        Format::Json => println!("{}", serde_json::to_string_pretty(&told)?),
        Format::Markdown => print!("{}", report::markdown(&told)),
        Format::Sarif => {
            let folder = arguments.events.display().to_string();
            let log = report::sarif(
                &told,
                folder.trim_end_matches('/'),
                arguments.documentation.as_deref(),
            );
            println!("{log:#}");
        }
    }
    Ok(match told.passes() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// A JSON file beside the schemas; none where it is not there.
fn beside<T: DeserializeOwned>(events: &Path, name: &str) -> anyhow::Result<Option<T>> {
    let path = events.join(name);
    let read = |text: String| serde_json::from_str(&text).with_context(|| path.display().to_string());
    text(&path)?.map(read).transpose()
}

fn text(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}
