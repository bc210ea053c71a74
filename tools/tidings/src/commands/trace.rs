//! `tidings trace`: what became of an order, an event or a chain. The work is done by
//! `tidings-trace`.

use std::{io::IsTerminal as _, process::ExitCode, sync::Arc, time::Duration};

use clap::ValueEnum;
use jiff::Timestamp;
use tidings_trace::{Query, Sources, Trace, TraceError, choose, collect, show};

use super::dlq::{
    choose::time,
    site::{At, catalogue},
    table::width,
};

/// What `tidings trace --help` says.
pub const ABOUT: &str = "\
What became of an order, an event or a chain of them: the tree of cause and effect, of what is deployed. Each event, what every consumer did with it, how often it was tried, \
how long it waited and took, how it ended, what went wrong first and last, and the events that came of it.

It is read from the audit log, the event store, the outbox, the idempotency records and the dead letters. A consumer that takes the event and has no record of it after its \
usual lag is ABSENT, and an event that is stated and not published is told as that. What asks for attention is marked with `!`. Nothing is opened: personal values stay sealed.

Where: what is deployed (--stage; region, credentials and endpoint as the AWS CLI takes them), a local run (--local http://127.0.0.1:8080), or its data file when nobody runs \
it (--data).

Exit codes: 0 fine; 1 something asks for attention, nothing is known of it, or it failed; 2 the arguments are wrong.";

/// How often somebody looks who follows.
const LOOKS: Duration = Duration::from_secs(2);

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// A correlation id, an event's id or key (source#id), an order's id, or any other subject of
    /// events.
    of: String,
    #[command(flatten)]
    at: At,
    /// Looks again every two seconds and shows what has changed, until nothing is to come any more.
    #[arg(long)]
    follow: bool,
    /// Leaves what asks for attention.
    #[arg(long)]
    failed: bool,
    /// Leaves what has waited and worked for longer than this (500ms, 2s, 1m).
    #[arg(long, value_name = "DURATION", value_parser = time)]
    slower_than: Option<Duration>,
    /// After how long without a record a consumer is absent, and what is not published is late.
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = time)]
    lag: Duration,
    /// Chains that are shown of a thing that has more: the newest.
    #[arg(long, default_value_t = 20, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    chains: usize,
    /// In which form.
    #[arg(long = "as", value_enum, value_name = "FORM", default_value = "tree")]
    form: Form,
    /// The same as --as json, for scripts.
    #[arg(long, conflicts_with = "form")]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// What came of what, indented.
    Tree,
    /// When each waited and when it worked, in one scale.
    Waterfall,
    /// A sequence diagram, for Markdown on GitHub and GitLab.
    Mermaid,
    /// Everything.
    Json,
}

/// Shows it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let reached = arguments.at.reach(false).await?;
    let desk = Arc::new(reached.desk);
    let sources = Sources::new(catalogue()?, &reached.dynamodb, reached.traced, desk);
    let query = Query {
        lag: arguments.lag,
        chains: arguments.chains,
        ..Query::of(&arguments.of)
    };
    match arguments.follow {
        true => arguments.follow(&sources, &query).await,
        false => {
            let trace = collect(&sources, &query, Timestamp::now()).await?;
            let trouble = trace.has_trouble();
            arguments.print(trace)?;
            Ok(code(trouble))
        }
    }
}

fn code(trouble: bool) -> ExitCode {
    if trouble {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

impl Arguments {
    fn form(&self) -> Form {
        if self.json { Form::Json } else { self.form }
    }

    /// Looks until nothing was to come twice: a consumer that leaves no record may have stated
    /// something meanwhile.
    async fn follow(&self, sources: &Sources, query: &Query) -> anyhow::Result<ExitCode> {
        let (mut shown, mut settled): (Option<Trace>, u32) = (None, 0);
        if std::io::stderr().is_terminal() {
            eprintln!("looking every two seconds; Ctrl-C ends it");
        }
        loop {
            match collect(sources, query, Timestamp::now()).await {
                // What is only about to be stated.
                Err(TraceError::Nothing(_)) => {}
                Err(error) => return Err(error.into()),
                Ok(trace) => {
                    settled = if trace.is_open() { 0 } else { settled + 1 };
                    let same = |before: &Trace| before.events == trace.events;
                    if !shown.as_ref().is_some_and(same) {
                        if shown.is_some() && self.form() != Form::Json {
                            println!();
                        }
                        self.print(trace.clone())?;
                    }
                    let trouble = trace.has_trouble();
                    shown = Some(trace);
                    if settled == 2 {
                        return Ok(code(trouble));
                    }
                }
            }
            tokio::time::sleep(LOOKS).await;
        }
    }

    fn print(&self, trace: Trace) -> anyhow::Result<()> {
        let summary = show::summary(&trace);
        for remark in &trace.remarks {
            eprintln!("note: {remark}");
        }
        let trace = if self.failed { choose::failed(trace) } else { trace };
        let trace = match self.slower_than {
            Some(than) => choose::slower_than(trace, than),
            None => trace,
        };
        match self.form() {
            Form::Json if self.follow => println!("{}", serde_json::to_string(&trace)?),
            Form::Json => println!("{}", serde_json::to_string_pretty(&trace)?),
            Form::Mermaid => print!("{}", show::mermaid(&trace)),
            _ if trace.events.is_empty() => println!("nothing of it is left: {summary}"),
            Form::Tree => println!("{}\n{summary}", show::tree(&trace, width())),
            Form::Waterfall => println!("{}\n{summary}", show::waterfall(&trace, width())),
        }
        Ok(())
    }
}
