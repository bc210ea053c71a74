//! `tidings catalog`: the system as data, and what can be asked of it.

mod check;
mod cost;
mod deprecate;
pub mod diff;
mod export;
mod graph;
mod list;
mod overview;
mod search;
mod show;
pub mod source;

use std::{
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

use clap::Subcommand;
use serde::Serialize;
use tidings_catalogue::Document;

use self::source::Source;
use crate::system::storefront;

/// What `tidings catalog --help` says.
pub const ABOUT: &str = "\
Prints the catalogue: every publisher, consumer and table, as the infrastructure reads it; and answers what can be asked of it.

Without a verb it prints the whole system at a glance, or with --json the document that the infrastructure is made from. The verbs read the \
same document: of this code, unless --from names a file that `tidings catalog --json` has written, or --stage a stage that is deployed.

A script finds JSON behind --json of each verb. Exit codes: 0 is fine, 1 is something found or a failure, 2 is wrong usage.";

/// The command's arguments.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Prints JSON, for the infrastructure and for scripts.
    #[arg(long)]
    json: bool,
    /// Prints the names of the tables, a line each.
    #[arg(long, conflicts_with = "json")]
    tables: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Lists what there is, a line each.
    List(list::Arguments),
    /// Shows everything of one thing: its versions and fields, who states and takes it, what it touches, its settings.
    Show(show::Arguments),
    /// Finds things by words, fields, services and functions.
    #[command(long_about = search::ABOUT)]
    Search(search::Arguments),
    /// Draws who speaks to whom, of the whole system or from one thing outwards.
    #[command(long_about = graph::ABOUT)]
    Graph(graph::Arguments),
    /// Goes through the rules that a whole system keeps; exit code 1 says that one is broken.
    #[command(long_about = check::ABOUT)]
    Check(check::Arguments),
    /// Compares the catalogue with what is deployed, or with another one; exit code 1 says that something differs.
    #[command(long_about = diff::ABOUT)]
    Diff(diff::Arguments),
    /// Counts what a million of something cost, with everything that they set off.
    #[command(long_about = cost::ABOUT)]
    Cost(cost::Arguments),
    /// Marks a version of an event or a command as deprecated, in the source.
    #[command(long_about = deprecate::ABOUT)]
    Deprecate(deprecate::Arguments),
    /// Writes the catalogue in a form that others read: AsyncAPI, xRegistry, EventCatalog, a page and others.
    #[command(long_about = export::ABOUT)]
    Export(export::Arguments),
}

/// Prints the catalogue, or what was asked of it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.verb {
        Some(Verb::List(arguments)) => list::run(arguments).await,
        Some(Verb::Show(arguments)) => show::run(arguments).await,
        Some(Verb::Search(arguments)) => search::run(arguments).await,
        Some(Verb::Graph(arguments)) => graph::run(arguments).await,
        Some(Verb::Check(arguments)) => check::run(arguments).await,
        Some(Verb::Diff(arguments)) => diff::run(arguments).await,
        Some(Verb::Cost(arguments)) => cost::run(arguments).await,
        Some(Verb::Deprecate(arguments)) => deprecate::run(arguments),
        Some(Verb::Export(arguments)) => export::run(arguments).await,
        None => whole(&arguments),
    }
}

/// The whole document: as JSON it is what the infrastructure reads.
fn whole(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = storefront().catalogue();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&catalogue)?);
    } else if arguments.tables {
        catalogue
            .tables
            .iter()
            .for_each(|table| println!("{}", table.name));
    } else {
        overview::print(&Source::code()?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an answer: as JSON for scripts, or as text for people.
fn print(answer: &(impl Serialize + std::fmt::Display), json: bool) -> anyhow::Result<()> {
    match json {
        true => say(&format!("{}\n", serde_json::to_string_pretty(answer)?)),
        false => say(&answer.to_string()),
    }
}

/// Writes to standard output. That its reader has seen enough (`| head`) is no failure.
fn say(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Why a name means nothing. That is wrong usage, so the exit code is 2.
fn unknown(unknown: &tidings_catalogue::Unknown) -> ExitCode {
    eprintln!("error: {unknown}");
    ExitCode::from(2)
}

/// What a name means; otherwise it has been said why not.
fn found<'a>(document: &'a Document, name: &str) -> Result<Vec<tidings_catalogue::Thing<'a>>, ExitCode> {
    document.find(name).map_err(|error| unknown(&error))
}
