//! `tidings replay`: a read model, made again of the stored events.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::bail;
use serde_json::json;
use tidings_aws::{
    System,
    projection::{Checkpoint, Counts, Ended},
    service::{ReadModel, Writes},
};
use tokio_util::sync::CancellationToken;

use crate::{
    history::{CheckpointFile, INTERRUPTED, Progress, Site, Where},
    signals::Signals,
    system::storefront,
};

/// What `tidings replay --help` says.
pub const ABOUT: &str = "\
Makes the views of a projection again of the events in the event store.

In place (the usual case), each view is replaced as a whole, and one that shows more events is left alone: the consumer that keeps the \
views goes on beside it, and queries find each order at any time. --into makes them in another table of the same kind; the functions use it \
when their TABLE_<NAME> names it, and a replay in place then adds what came meanwhile.

Nothing is sent: a projection is a pure function of events. Ctrl-C ends the replay with 130, and the same command goes on where it was.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The projection, like `orders`.
    projection: String,
    #[command(flatten)]
    site: Where,
    /// Makes the views in this table. In a data file it is made, too; deployed, it must be there.
    #[arg(long, value_name = "TABLE")]
    into: Option<String>,
    /// Parts of the store that are read beside each other; 4 unless told, and 1 of a data file.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    segments: Option<u32>,
    /// Where to keep how far it has come; a file in .tidings unless told.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Begins again, whatever an earlier run has done.
    #[arg(long)]
    restart: bool,
    /// Reads and folds everything, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints what was done as JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Runs to the end, or until it is interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let system = storefront();
    let projection = named(&system, &arguments.projection)?;
    let site = arguments.site.open(&system).await?;
    let table = table(&site, projection, arguments.into.as_deref()).await?;
    let work = format!(
        "{} of {} into {table}, revision {}",
        projection.name,
        site.name(),
        projection.revision
    );
    let file = CheckpointFile::<Checkpoint>::of(arguments.checkpoint.as_deref(), "replay", work);
    let from = match arguments.dry_run {
        true => None,
        false => file.read(arguments.restart)?,
    };
    let usual = if matches!(site, Site::File(..)) { 1 } else { 4 };
    let (resumed, began) = (from.is_some(), Instant::now());
    let from = from.unwrap_or_else(|| Checkpoint::begin(arguments.segments.unwrap_or(usual)));
    if resumed {
        eprintln!(
            "Going on from {} ({}).",
            file.path().display(),
            said(&from.counts)
        );
    }

    let (mut last, mut progress) = (from.clone(), Progress::begin());
    let mut watch = |reached: &Checkpoint| {
        progress.reached(reached.counts.events, said(&reached.counts));
        last.clone_from(reached);
        if arguments.dry_run {
            Ok(())
        } else {
            file.keep(reached)
        }
    };
    let writes = if arguments.dry_run {
        Writes::Nothing
    } else {
        Writes::Views
    };
    let replay = projection.replay(site.events(), site.dynamodb(), table.clone(), writes);
    let stop = CancellationToken::new();
    let ended = interruptible(replay.run(from, &mut watch, &stop), &stop).await?;
    progress.end();
    let ended = ended?;
    if ended == Ended::Complete {
        file.discard()?;
    }
    if arguments.json {
        let done = json!({
            "projection": projection.name,
            "table": table,
            "complete": ended == Ended::Complete,
            "resumed": resumed,
            "dryRun": arguments.dry_run,
            "seconds": began.elapsed().as_secs_f64(),
            "counts": last.counts,
            "unreadable": last.unreadable,
        });
        println!("{}", serde_json::to_string_pretty(&done)?);
    } else {
        println!("{}", said(&last.counts));
        last.unreadable
            .iter()
            .for_each(|why| println!("cannot be read: {why}"));
    }
    Ok(match ended {
        Ended::Stopped => {
            eprintln!("Interrupted. The same command goes on where it was.");
            ExitCode::from(INTERRUPTED)
        }
        Ended::Complete if last.counts.unreadable > 0 => ExitCode::FAILURE,
        Ended::Complete => ExitCode::SUCCESS,
    })
}

/// Runs `work`; the first signal asks it to stop, and a second one ends the process.
pub async fn interruptible<T>(work: impl Future<Output = T>, stop: &CancellationToken) -> anyhow::Result<T> {
    let mut signals = Signals::listen()?;
    tokio::pin!(work);
    loop {
        tokio::select! {
            worked = &mut work => return Ok(worked),
            () = signals.next() => match stop.is_cancelled() {
                false => stop.cancel(),
                true => std::process::exit(INTERRUPTED.into()),
            },
        }
    }
}

fn named<'a>(system: &'a System, name: &str) -> anyhow::Result<&'a ReadModel> {
    let all = system.projections();
    match all.iter().find(|projection| projection.name == name) {
        Some(projection) => Ok(projection),
        None => {
            let known: Vec<_> = all.iter().map(|projection| projection.name).collect();
            bail!("there is no projection {name}; there are {}", known.join(", "))
        }
    }
}

async fn table(site: &Site, projection: &ReadModel, into: Option<&str>) -> anyhow::Result<String> {
    let table = into.map_or_else(|| site.table(projection.table), ToOwned::to_owned);
    site.another(projection.table, &table).await?;
    Ok(table)
}

fn said(counts: &Counts) -> String {
    let Counts {
        events,
        aggregates,
        written,
        newer,
        unreadable,
        ..
    } = counts;
    format!(
        "{events} events of {aggregates} aggregates: {written} views written, {newer} shown further already, {unreadable} unreadable"
    )
}
