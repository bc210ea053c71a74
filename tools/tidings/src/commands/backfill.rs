//! `tidings backfill`: stored events, given to one consumer.

use std::{num::NonZeroU32, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use serde_json::json;
use tidings_aws::{
    ConsumerEntry, System,
    backfill::{Backfill, ConsumerQueue, Pace, Selection, Sent},
    projection::Ended,
    worker::Source,
};
use tidings_core::{
    consumer::{Declared, guarantee::Kind},
    ports::Publish,
    protocol::RECORD_LIFETIME,
};
use tokio_util::sync::CancellationToken;

use super::replay::interruptible;
use crate::{
    history::{CheckpointFile, INTERRUPTED, Progress, Site, Where},
    local::{
        Ledger, LocalSystem, Settings, Terminal,
        outside::{Calls, Folders, Mishaps},
    },
    system::storefront,
};

/// What `tidings backfill --help` says.
pub const ABOUT: &str = "\
Sends stored events to the queue of one consumer, and to nobody else: the history, for a consumer that is new.

What its subscription would have let through is sent, oldest aggregate first as the store has them, at --rate events a second. The \
envelopes are those that were published, so what the consumer has done already is recognised by its records, which last for 45 days.

With --data the consumer runs in this process; what it emits is published by the next local run. Ctrl-C ends the backfill with 130, and the \
same command goes on where it was.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The consumer.
    consumer: String,
    #[command(flatten)]
    site: Where,
    /// What happened then or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// What happened before (RFC 3339).
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Events of these types alone.
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Events a second, at most.
    #[arg(long, default_value = "50/s", value_parser = rate)]
    rate: NonZeroU32,
    /// Sends also where an effect could happen a second time.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    folders: Folders,
    /// Where to keep how far it has come; a file in .tidings unless told.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Begins again, whatever an earlier run has done.
    #[arg(long)]
    restart: bool,
    /// Counts what would be sent, and sends nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints what was done as JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Runs to the end, or until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let system = storefront();
    let consumer = named(&system, &arguments.consumer)?;
    let selection = selection(&system, consumer, &arguments)?;
    if !arguments.dry_run && !arguments.yes {
        may_repeat_nothing(consumer, arguments.since)?;
    }
    let site = arguments.site.open(&system).await?;
    let period = |time: Option<Timestamp>| time.map_or_else(String::new, |time| time.to_string());
    let work = format!(
        "{} of {} from {} to {} {}",
        consumer.name,
        site.name(),
        period(arguments.since),
        period(arguments.until),
        arguments.types.join(" ")
    );
    let file = CheckpointFile::<Sent>::of(arguments.checkpoint.as_deref(), "backfill", work);
    let from = match arguments.dry_run {
        true => None,
        false => file.read(arguments.restart)?,
    };
    let resumed = from.is_some();
    let from = from.unwrap_or_default();

    let (queue, local) = match arguments.dry_run {
        true => (None, None),
        false => {
            let (queue, local) = open(&system, &site, consumer, &arguments).await?;
            (Some(queue), local)
        }
    };
    let mut backfill = Backfill {
        events: site.events(),
        selection,
        queue,
        pace: Pace::new(arguments.rate),
    };
    let (mut last, mut progress) = (from.clone(), Progress::begin());
    let mut watch = |sent: &Sent| {
        progress.reached(sent.read, said(sent));
        last.clone_from(sent);
        if arguments.dry_run {
            Ok(())
        } else {
            file.keep(sent)
        }
    };
    let stop = CancellationToken::new();
    let work = async {
        let ended = backfill.run(from, &mut watch, &stop).await;
        if let Some(local) = local {
            // Its queue is in memory: what is in it would be lost.
            local.handled().await;
        }
        ended
    };
    let ended = interruptible(work, &stop).await?;
    progress.end();
    let ended = ended.map_err(|failure| anyhow::anyhow!("{}", failure.reason().to_owned()))?;
    if ended == Ended::Complete {
        file.discard()?;
    }
    if arguments.json {
        let done = json!({
            "consumer": consumer.name,
            "complete": ended == Ended::Complete,
            "resumed": resumed,
            "dryRun": arguments.dry_run,
            "read": last.read,
            "sent": last.sent,
            "unreadable": last.unreadable,
        });
        println!("{}", serde_json::to_string_pretty(&done)?);
    } else {
        println!("{}", said(&last));
    }
    Ok(match ended {
        Ended::Stopped => {
            eprintln!("Interrupted. The same command goes on where it was.");
            ExitCode::from(INTERRUPTED)
        }
        Ended::Complete if last.unreadable > 0 => ExitCode::FAILURE,
        Ended::Complete => ExitCode::SUCCESS,
    })
}

fn named<'a>(system: &'a System, name: &str) -> anyhow::Result<&'a Declared> {
    let all = system.consumers().iter().map(ConsumerEntry::declared);
    match all.clone().find(|consumer| consumer.name == name) {
        Some(consumer) => Ok(consumer),
        None => {
            let known: Vec<_> = all.map(|consumer| consumer.name).collect();
            bail!("there is no consumer {name}; there are {}", known.join(", "))
        }
    }
}

/// What is to be sent; an error where that can be nothing.
fn selection(system: &System, consumer: &Declared, arguments: &Arguments) -> anyhow::Result<Selection> {
    let stored = system.stored_types();
    let taken: Vec<_> = stored
        .into_iter()
        .filter(|stored| consumer.takes.matches(stored))
        .collect();
    ensure!(
        !taken.is_empty(),
        "{} takes no event that the event store keeps: what consumers emit through the outbox is published and not kept",
        consumer.name
    );
    if let Some(other) = arguments
        .types
        .iter()
        .find(|named| !taken.contains(&named.as_str()))
    {
        bail!(
            "{} takes no stored event {other}; of those that are kept, it takes {}",
            consumer.name,
            taken.join(", ")
        );
    }
    if let (Some(since), Some(until)) = (arguments.since, arguments.until) {
        ensure!(since < until, "--since {since} is not before --until {until}");
    }
    Ok(Selection {
        takes: consumer.takes.clone(),
        types: arguments.types.clone(),
        since: arguments.since,
        until: arguments.until,
    })
}

/// Refuses what could bring about an effect a second time.
fn may_repeat_nothing(consumer: &Declared, since: Option<Timestamp>) -> anyhow::Result<()> {
    let oldest = Timestamp::now()
        .checked_sub(RECORD_LIFETIME)
        .context("the machine's clock is wrong")?;
    let days = RECORD_LIFETIME.as_secs() / (24 * 60 * 60);
    match consumer.guarantee {
        Kind::Leased => bail!(
            "{} has an effect outside for every event, also for those of long ago; --dry-run counts them, --yes sends them",
            consumer.name
        ),
        Kind::Transactional if since.is_none_or(|since| since < oldest) => bail!(
            "{} keeps its records for {days} days: what it did before {oldest} it would do again. \
             --since with a later time leaves that out; --yes sends it, to a consumer that has not seen it",
            consumer.name
        ),
        _ => Ok(()),
    }
}

/// The consumer's queue; and for a data file the system around it, which handles what is sent.
async fn open(
    system: &System,
    site: &Site,
    consumer: &Declared,
    arguments: &Arguments,
) -> anyhow::Result<(Arc<dyn Publish>, Option<LocalSystem>)> {
    match site {
        Site::File(file, _) => {
            let (ledger, calls) = match arguments.json {
                true => (Ledger::default(), Calls::default()),
                false => (Ledger::shown_on(Terminal), Calls::shown_on(Terminal)),
            };
            let settings = Settings {
                data: Some(file.path()),
                folders: &arguments.folders,
                mishaps: Mishaps::default(),
                calls,
                ledger,
                schemas: None,
            };
            let local = LocalSystem::start(system, settings).await?;
            Ok((Arc::new(local.queue_of(consumer.name)), Some(local)))
        }
        Site::Deployed(deployment) => {
            let sqs = aws_sdk_sqs::Client::new(&deployment.config);
            let source = Source::find(
                sqs.clone(),
                &deployment.names.queue(consumer.name, &consumer.takes),
            )
            .await?;
            // Who is never given large events has no bucket to read from.
            let claim_check = match consumer.claim_check {
                true => Some(deployment.claim_check(&source)?),
                false => None,
            };
            let queue = ConsumerQueue::new(sqs, source.url()).with_claim_check(claim_check);
            Ok((Arc::new(queue), None))
        }
    }
}

fn said(sent: &Sent) -> String {
    let Sent {
        read,
        sent,
        unreadable,
        ..
    } = sent;
    format!("{read} events read, {sent} of them for the consumer, {unreadable} unreadable")
}

/// `50/s`, or `50`.
fn rate(text: &str) -> Result<NonZeroU32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let wrong = |_| format!("{text} is no rate; one is like 50/s, 1/s at least");
    number.parse().map_err(wrong)
}
