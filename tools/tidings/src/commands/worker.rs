//! `tidings worker`.

use std::{
    io::{IsTerminal as _, stdout},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use tidings_aws::{ConsumerEntry, System, log};
use tokio_util::sync::CancellationToken;

use super::console;
use crate::{
    names::Names,
    signals::Signals,
    system::storefront,
    worker::{
        crew::{Crew, Shown},
        deployment::Deployment,
        drain::drained,
        outside::Folders,
        relay,
    },
};

/// What `tidings worker --help` says.
pub const ABOUT: &str = "\
Runs consumers outside Lambda: in a container, on an endpoint without Lambda (LocalStack), or under a debugger on what is \
deployed in an account.

Each consumer's queue is long-polled (20 s, 10 messages), batches are handled as a function would, several at once, and what \
is done is deleted. A consumer that is deployed as a function as well shares its queue with it: each message goes to one of \
the two, and an event that both meet is done once.

Region, credentials and endpoint are taken as the AWS CLI takes them (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, ...). Queues and tables \
are found by the names that the infrastructure gives them; IDEMPOTENCY_TABLE, OUTBOX_TABLE, TABLE_<NAME> and TOPIC_ARN name others.

Providers are reached as by a function: their secrets are read from Secrets Manager (SECRET_<NAME> names another one), and what \
<NAME>_URL and <NAME>_KEY say wins, for STRIPE, SLACK, WAREHOUSE, CRM and AFFILIATES. What was chosen as a parameter of a stack has to be said by its \
variable (TAX_RATE for create-invoice and render-invoice-pdf).

SIGTERM and Ctrl-C stop it: it receives nothing more, finishes the batches in hand (their time-out bounds that) and exits with 0. \
A second signal ends it at once, with 130; what it had in hand comes back.";

/// How a shell reports a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Which consumers; all of them, if none is named.
    consumers: Vec<String>,
    /// The stage that is deployed: what its names begin with.
    #[arg(long, env = "TIDINGS_STAGE")]
    stage: Option<String>,
    #[command(flatten)]
    folders: Folders,
    /// Ends when the queues are empty.
    #[arg(long)]
    drain: bool,
    /// Also publishes what is in the outbox and the event store, by polling them: where no function `relay-…` does.
    #[arg(long)]
    relay: bool,
    /// Also writes CloudWatch EMF lines, as the functions do.
    #[arg(long)]
    metrics: bool,
}

/// Runs until it is told to stop, or the queues are empty.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let readable = stdout().is_terminal();
    if readable {
        console::begin();
    } else {
        log::begin_json()?;
    }
    let system = storefront();
    let consumers = chosen(&system, &arguments.consumers)?;
    let stage = arguments.stage.as_deref().filter(|stage| !stage.is_empty());
    let deployment = Deployment::of(Names::new(system.name(), stage)).await;
    let shown = Shown {
        readable,
        metrics: arguments.metrics,
    };
    let crew = Crew::muster(&deployment, &consumers, &arguments.folders, shown).await?;
    let mut signals = Signals::listen()?;
    let names: Vec<_> = consumers
        .iter()
        .map(|consumer| consumer.declared().name)
        .collect();
    say(readable, &format!("Working: {}. Ctrl-C stops.", names.join(", ")));

    let stop = CancellationToken::new();
    let queues = crew.queues();
    let relaying = match (arguments.relay, queues.first()) {
        (true, Some(queue)) => {
            let (relays, stop) = (
                relay::relays(&deployment, &system, deployment.topic(queue)?),
                CancellationToken::new(),
            );
            Some((tokio::spawn(relay::publish(relays, stop.clone())), stop))
        }
        _ => None,
    };
    let work = async {
        crew.work(&stop).await?;
        if let Some((relaying, stop)) = relaying {
            // Behind the consumers, because they emit until they end.
            stop.cancel();
            relaying.await.context("the relay ended by itself")?;
        }
        anyhow::Ok(())
    };
    tokio::pin!(work);
    tokio::select! {
        worked = &mut work => return worked.map(|()| ExitCode::SUCCESS),
        () = signals.next() => say(readable, "Stopping: batches in hand are finished. Once more ends at once."),
        () = drained(&queues), if arguments.drain => say(readable, "The queues are empty."),
    }
    stop.cancel();
    tokio::select! {
        worked = work => worked.map(|()| ExitCode::SUCCESS),
        // Not by returning: that waits for handlers that do not yield.
        () = signals.next() => std::process::exit(INTERRUPTED),
    }
}

fn chosen<'a>(system: &'a System, names: &[String]) -> anyhow::Result<Vec<&'a ConsumerEntry>> {
    let all = system.consumers();
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let known: Vec<_> = all.iter().map(|consumer| consumer.declared().name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no consumer {unknown}; there are {}", known.join(", "));
    }
    let named = |consumer: &&ConsumerEntry| names.iter().any(|name| name == consumer.declared().name);
    Ok(all.iter().filter(named).collect())
}

fn say(readable: bool, text: &str) {
    if readable {
        println!("{text}");
    } else {
        tracing::info!("{text}");
    }
}
