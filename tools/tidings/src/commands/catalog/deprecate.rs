//! `tidings catalog deprecate`.

use std::{env, fs, process::ExitCode};

use anyhow::Context as _;
use jiff::{Zoned, civil::Date};
use tidings_scaffold::{Deprecate, Refused, Workspace, deprecate};

/// What `tidings catalog deprecate --help` says.
pub const ABOUT: &str = "\
Marks a version of an event or a command as deprecated, where its Rust type says what it is (`DEPRECATED`), in the source around the current \
folder.

From then on `catalog show` and the schema tell it, and `catalog check` warns of who still writes the version or knows no newer one; from \
the day on which it may be gone the check fails. Stored events of that version stay, and are read: what can go is its producers.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The type (order.placed).
    name: String,
    /// The version.
    version: u32,
    /// From when on it may be gone (2027-01-31).
    #[arg(long, value_name = "DAY")]
    until: Date,
    /// Since when nobody new should use it; today, unless told.
    #[arg(long, value_name = "DAY")]
    since: Option<Date>,
    /// Why, and what to use in its place.
    #[arg(long)]
    reason: String,
}

/// Marks it.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::around(&env::current_dir()?)?;
    let contract = match workspace.contract(&arguments.name) {
        Err(missing @ Refused::Missing { .. }) => {
            eprintln!("error: {missing}");
            return Ok(ExitCode::from(2));
        }
        found => found?,
    };
    let file = workspace.root().join(&contract.file);
    let source = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mark = Deprecate {
        name: arguments.name,
        version: arguments.version,
        since: arguments.since.unwrap_or_else(|| Zoned::now().date()),
        until: arguments.until,
        reason: arguments.reason,
    };
    let marked = match deprecate(&source, &mark) {
        Ok(marked) => marked,
        Err(refused) => {
            eprintln!("error: {}: {refused}", contract.file.display());
            return Ok(ExitCode::from(2));
        }
    };
    fs::write(&file, marked).with_context(|| file.display().to_string())?;
    println!("changed  {}", contract.file.display());
    println!(
        "\nNext:\n  make format\n  tidings catalog check   # who still uses {}/v{}",
        mark.name, mark.version
    );
    Ok(ExitCode::SUCCESS)
}
