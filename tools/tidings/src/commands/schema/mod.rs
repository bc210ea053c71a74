//! `tidings schema`: a module a verb.

mod check;
mod compare;
mod fetch;
mod folder;
mod impact;
mod list;
mod publish;
mod write;

use std::process::ExitCode;

/// The command's arguments.
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Lists every event, command and answer with its versions, and whether their files are what
    /// the code says.
    List(list::Arguments),
    /// Puts the schemas into the bucket of a deployed stage, at the addresses that its messages
    /// name.
    #[command(long_about = publish::ABOUT)]
    Publish(publish::Arguments),
    /// Writes the schemas beside the samples: what is new, and what says the same in other words.
    #[command(long_about = write::ABOUT)]
    Write(write::Arguments),
    /// Says what the change of the schemas breaks, against a commit, a folder, a catalogue or what is deployed.
    #[command(long_about = check::ABOUT)]
    Check(check::Arguments),
    /// Compares two schemas, whatever they are of.
    #[command(long_about = compare::ABOUT)]
    Compare(compare::Arguments),
    /// Says who reads a type or a field of it, who publishes it, and who would break if it changed.
    #[command(long_about = impact::ABOUT)]
    Impact(impact::Arguments),
}

/// Runs the verb.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.verb {
        Verb::List(arguments) => list::run(&arguments),
        Verb::Publish(arguments) => publish::run(&arguments).await,
        Verb::Write(arguments) => write::run(&arguments),
        Verb::Check(arguments) => check::run(&arguments).await,
        Verb::Compare(arguments) => compare::run(&arguments),
        Verb::Impact(arguments) => impact::run(&arguments).await,
    }
}
