//! `tidings catalog check`.

use std::{fs, io::ErrorKind, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use jiff::{Zoned, civil::Date};
use tidings_catalogue::check::{Beside, Exceptions, rules};

use super::{print, say, source::Source};

/// What `tidings catalog check --help` says.
pub const ABOUT: &str = "\
Goes through the rules that a whole system keeps, and says what breaks one and what to do about it.

It finds consumers of what nobody states, events that nobody takes, filters that name no event, commands without a handler, circles of \
events, versions without sample, schema or owner, deprecated versions that are still used, readers that are too old for what is written, \
fields that are personal by their names and not sealed, and dead-letter settings that lose letters. --rules lists the rules.

What is accepted for a while stands in a file, each with its reason and its end:
  [[exception]]
  rule = \"orphan-event\"
  subject = \"parcel.lost\"
  reason = \"The insurer's system takes it.\"
  until = \"2027-06-30\"

Exit code 1 says that there is an error; warnings and notes are no failure.";

/// The file of exceptions, where none is named.
const EXCEPTIONS: &str = "events/exceptions.toml";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// The file of exceptions; events/exceptions.toml, where it is there, unless told.
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// The day as of which it is checked (2027-01-31); today, unless told.
    #[arg(long, value_name = "DAY")]
    day: Option<Date>,
    /// Lists the rules, and checks nothing.
    #[arg(long)]
    rules: bool,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Prints what breaks a rule.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.rules {
        let lines = rules::ALL.iter().map(|rule| {
            let (severity, id) = (rule.severity.as_str(), rule.id);
            format!("{severity:<8} {id:<28} {}\n", rule.sentence)
        });
        say(&lines.collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let exceptions = exceptions(arguments.exceptions)?;
    let document = arguments.source.read().await?;
    let report = document.check(&Beside {
        today: arguments.day.unwrap_or_else(|| Zoned::now().date()),
        exceptions: &exceptions,
    });
    print(&report, arguments.json)?;
    Ok(if report.fails() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A file that is named must be there; the usual one may not be.
fn exceptions(named: Option<PathBuf>) -> anyhow::Result<Exceptions> {
    let usual = named.is_none();
    let file = named.unwrap_or_else(|| EXCEPTIONS.into());
    match fs::read_to_string(&file) {
        Ok(text) => Exceptions::read(&text).with_context(|| file.display().to_string()),
        Err(error) if usual && error.kind() == ErrorKind::NotFound => Ok(Exceptions::default()),
        Err(error) => bail!("{}: {error}", file.display()),
    }
}
