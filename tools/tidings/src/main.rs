//! The command line of Tidings.

mod commands;
mod data_file;
mod history;
mod local;
mod names;
mod operator;
mod policy;
mod signals;
mod story;
mod system;
mod worker;

use std::{
    panic,
    process::{self, ExitCode},
};

use clap::{CommandFactory as _, Parser, Subcommand};

/// The event system of a storefront: run it, look at it, send it events.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the whole system in this process: HTTP on loopback, in-process bus, embedded DynamoDB.
    Local(commands::local::Arguments),
    /// Sends a sample order and a duplicate of its event through the local system, and shows what became of them.
    Demo(commands::demo::Arguments),
    /// Measures the checkout: 14 operations in a row against event-driven, with the same latencies.
    #[command(long_about = commands::story::ABOUT)]
    Story(commands::story::Arguments),
    /// Prints the catalogue; lists, shows, searches, draws and checks what is in it, and compares it with what is deployed.
    #[command(long_about = commands::catalog::ABOUT)]
    Catalog(commands::catalog::Arguments),
    /// Makes a new event, consumer or service in the source: files, tests, and the lines that name them.
    #[command(long_about = commands::new::ABOUT)]
    New(commands::new::Arguments),
    /// Prints the description of every publisher and query that answers HTTP requests (OpenAPI 3.1, JSON).
    #[command(name = "openapi")]
    OpenApi(commands::openapi::Arguments),
    /// The schemas of events, commands and answers: lists and writes them, and says what a change of them breaks.
    Schema(commands::schema::Arguments),
    /// Prints IAM policies for who uses the deployed system.
    Policy(commands::policy::Arguments),
    /// Erases a person for good: deletes the key with which what events hold of that person is sealed.
    #[command(long_about = commands::erase::ABOUT)]
    Erase(commands::erase::Arguments),
    /// Dead letters: lists, explains, redrives, edits and drops them.
    #[command(long_about = commands::dlq::ABOUT)]
    Dlq(commands::dlq::Arguments),
    /// What became of an order, an event or a chain: the tree of cause and effect of what is deployed.
    #[command(long_about = commands::trace::ABOUT)]
    Trace(commands::trace::Arguments),
    /// Serves pages of what is deployed: consumers, dead letters, traces, the catalogue.
    #[command(long_about = commands::ui::ABOUT)]
    Ui(commands::ui::Arguments),
    /// Goes through everything that alarms watch, and says what to do first.
    #[command(long_about = commands::doctor::ABOUT)]
    Doctor(commands::doctor::Arguments),
    /// Prints what makes a shell complete the commands (bash, zsh, fish, elvish, powershell).
    Completions(commands::completions::Arguments),
    /// Serves an embedded DynamoDB with the system's tables, for functions in processes of their own.
    Dynamodb(commands::dynamodb::Arguments),
    /// Runs consumers outside Lambda: polls their deployed queues, as long as it is let.
    #[command(long_about = commands::worker::ABOUT)]
    Worker(commands::worker::Arguments),
    /// Makes the views of a projection again of the stored events.
    #[command(long_about = commands::replay::ABOUT)]
    Replay(commands::replay::Arguments),
    /// Sends stored events to the queue of one consumer: the history, for one that is new.
    #[command(long_about = commands::backfill::ABOUT)]
    Backfill(commands::backfill::Arguments),
}

/// Ends quietly where nobody reads any more what is printed (`tidings catalog list | head`): `println!` panics then, because Rust programs
/// ignore SIGPIPE.
fn end_with_the_reader() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let gone = panic
            .payload_as_str()
            .is_some_and(|why| why.starts_with("failed printing to stdout") && why.contains("Broken pipe"));
        if gone {
            process::exit(0);
        }
        told(panic);
    }));
}

fn main() -> ExitCode {
    end_with_the_reader();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Err(error) => Err(error.into()),
        Ok(runtime) => runtime.block_on(async {
            match Arguments::parse().command {
                Command::Local(arguments) => commands::local::run(arguments).await,
                Command::Demo(arguments) => commands::demo::run(arguments).await,
                Command::Story(arguments) => commands::story::run(arguments).await,
                Command::Catalog(arguments) => commands::catalog::run(arguments).await,
                Command::New(arguments) => commands::new::run(&arguments),
                Command::OpenApi(arguments) => commands::openapi::run(&arguments),
                Command::Schema(arguments) => commands::schema::run(arguments).await,
                Command::Policy(arguments) => commands::policy::run(&arguments),
                Command::Erase(arguments) => commands::erase::run(arguments).await,
                Command::Dlq(arguments) => commands::dlq::run(arguments).await,
                Command::Trace(arguments) => commands::trace::run(arguments).await,
                Command::Ui(arguments) => commands::ui::run(arguments).await,
                Command::Doctor(arguments) => commands::doctor::run(arguments).await,
                Command::Completions(arguments) => {
                    commands::completions::run(&arguments, Arguments::command())
                }
                Command::Dynamodb(arguments) => commands::dynamodb::run(arguments).await,
                Command::Worker(arguments) => commands::worker::run(arguments).await,
                Command::Replay(arguments) => commands::replay::run(arguments).await,
                Command::Backfill(arguments) => commands::backfill::run(arguments).await,
            }
        }),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
