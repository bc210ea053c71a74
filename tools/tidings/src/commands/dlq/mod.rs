//! `tidings dlq`: dead letters, looked at and mended. A verb a file; the work is done by
//! `tidings-operations`.

mod choose;
mod edit;
mod history;
mod list;
mod mend;
mod redrive;
mod show;
pub mod site;
pub mod table;

use std::process::ExitCode;

use clap::Subcommand;

/// What `tidings dlq --help` says.
pub const ABOUT: &str = "\
Dead letters: what is in the dead-letter queues of consumers and subscriptions, why, what a redrive would do now, and doing it.

Where: what is deployed (--stage; region, credentials and endpoint as the AWS CLI takes them), a local run (--local http://127.0.0.1:8080), or its data file when nobody \
runs it (--data). What personal values an event has stays sealed, unless --open is given to somebody who may.

Each act is recorded with who, when and why (--who, --reason) and shown by `history`. One operator at a time is at work on a queue; the second is told who. A letter is \
deleted only when its copy is accepted, and what a killed act has begun the next one goes on with.

Exit codes: 0 fine; 1 something was found (list), stopped, or failed; 2 the arguments are wrong.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    site: site::Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Lists what is in all dead-letter queues, grouped by consumer, event type, failure class and
    /// cause; what expires within 48 hours first.
    List(list::Arguments),
    /// Shows one letter: its cause, its attributes and its body.
    Show(show::Arguments),
    /// Says what a redrive of a letter, or of a group, would do now.
    Explain(show::ExplainArguments),
    /// Sends letters back to their consumers, in growing lots. Shows the plan, unless --yes is
    /// given.
    Redrive(redrive::Arguments),
    /// Goes on with a redrive or a drop that was killed, has stopped, or was cancelled.
    Resume(redrive::ResumeArguments),
    /// Ends a redrive or a drop that is at work: it stops at its next letter.
    Cancel(redrive::CancelArguments),
    /// Shows how an act stands; without an id, those at work.
    Status(history::StatusArguments),
    /// Puts an edited letter in the place of another; the original is kept.
    Edit(edit::Arguments),
    /// Takes letters out of their queue, for a reason; each is kept for 90 days.
    Drop(mend::DropArguments),
    /// Brings dropped or edited letters back, by their ids or the act's.
    Restore(mend::RestoreArguments),
    /// Writes what others should know of a group.
    Note(mend::NoteArguments),
    /// Shows what was done, by whom, when and why.
    History(history::Arguments),
    /// Writes letters into a folder, a JSON file each, for jq and git.
    Export(mend::ExportArguments),
    /// Reads such a folder: letters whose bodies were changed there are edited so. Shows what would
    /// be done, unless --yes is given.
    Import(mend::ImportArguments),
}

/// Does what was asked for.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let site = arguments.site.open().await?;
    match arguments.verb {
        Verb::List(arguments) => list::run(&site, &arguments).await,
        Verb::Show(arguments) => show::run(&site, &arguments).await,
        Verb::Explain(arguments) => show::explain(&site, &arguments).await,
        Verb::Redrive(arguments) => redrive::run(&site, arguments).await,
        Verb::Resume(arguments) => redrive::resume(&site, &arguments).await,
        Verb::Cancel(arguments) => redrive::cancel(&site, &arguments).await,
        Verb::Status(arguments) => history::status(&site, &arguments).await,
        Verb::Edit(arguments) => edit::run(&site, &arguments).await,
        Verb::Drop(arguments) => mend::drop(&site, arguments).await,
        Verb::Restore(arguments) => mend::restore(&site, &arguments).await,
        Verb::Note(arguments) => mend::note(&site, &arguments).await,
        Verb::History(arguments) => history::run(&site, &arguments).await,
        Verb::Export(arguments) => mend::export(&site, &arguments).await,
        Verb::Import(arguments) => mend::import(&site, &arguments).await,
    }
}

/// What came of an act, as a line or as JSON.
fn tell(act: &tidings_operations::Act, json: bool) -> anyhow::Result<ExitCode> {
    use tidings_operations::State;
    if json {
        println!("{}", serde_json::to_string(act)?);
    } else {
        println!("{}", history::line(act));
    }
    Ok(match act.state {
        State::Done => ExitCode::SUCCESS,
        State::Running | State::Stopped | State::Cancelled => ExitCode::FAILURE,
    })
}
