//! `tidings catalog cost`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use tidings_catalogue::cost::{Assumptions, Prices};

use super::{found, print, source::Source};

/// What `tidings catalog cost --help` says.
pub const ABOUT: &str = "\
Counts what a million of an event, a command or requests at an endpoint take, with everything that they set off: calls of functions, DynamoDB \
units, SNS publishes, SQS requests, and what that costs.

Calls and units follow from the guarantees (docs/guarantees.md). What is not in the catalogue is assumed, and can be said: sizes, times, \
batches, and how often an event is stated that a function can state (--share payment.refused=0.02; always, unless it is said). The \
defaults are the dearest: each function is called for a single message.

Prices are those of docs/prices.json when this command was built, or of --prices.";

/// The prices that are built in.
const PRICES: &str = include_str!("../../../../../docs/prices.json");

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// An event, a command, an endpoint or a consumer.
    name: String,
    /// The size of a message and of an item, in KB.
    #[arg(long, value_name = "KB", default_value_t = Assumptions::default().payload_kb, value_parser = positive)]
    payload_kb: f64,
    /// How long a call of a function takes, in milliseconds.
    #[arg(long, default_value_t = Assumptions::default().ms, value_parser = positive)]
    ms: f64,
    /// Messages that a consumer gets a call, on average.
    #[arg(long, value_name = "MESSAGES", default_value_t = Assumptions::default().batch, value_parser = at_least_one)]
    batch: f64,
    /// Entries that a relay gets a call, on average.
    #[arg(long, value_name = "ENTRIES", default_value_t = Assumptions::default().relay_batch, value_parser = at_least_one)]
    relay_batch: f64,
    /// How often an event is stated, from 0 to 1, where a function can state it. Can be said of several.
    #[arg(long, value_name = "EVENT=SHARE", value_parser = share)]
    share: Vec<(String, f64)>,
    /// The file of prices, of the form of docs/prices.json.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Prints what it costs.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let prices = match &arguments.prices {
        None => Prices::read(PRICES)?,
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
            Prices::read(&text).with_context(|| file.display().to_string())?
        }
    };
    let document = arguments.source.read().await?;
    for (event, _) in &arguments.share {
        if let Err(code) = found(&document, &format!("event:{event}")) {
            return Ok(code);
        }
    }
    let things = match found(&document, &arguments.name) {
        Ok(things) => things,
        Err(code) => return Ok(code),
    };
    let assumptions = Assumptions {
        payload_kb: arguments.payload_kb,
        ms: arguments.ms,
        batch: arguments.batch,
        relay_batch: arguments.relay_batch,
        share: arguments.share.into_iter().collect(),
    };
    let costs: Vec<_> = things
        .iter()
        .filter_map(|thing| document.cost(thing, &assumptions, &prices))
        .collect();
    let [cost] = &costs[..] else {
        let kinds: Vec<_> = things
            .iter()
            .map(|thing| format!("{}:{}", thing.kind(), thing.name()))
            .collect();
        match costs.len() {
            0 => bail!(
                "{} has no cost of its own: ask for an event, a command, an endpoint or a consumer",
                arguments.name
            ),
            _ => bail!(
                "several things are called {}: ask for one of {}",
                arguments.name,
                kinds.join(", ")
            ),
        }
    };
    print(cost, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 && f64::is_finite(number) => Ok(number),
        _ => Err(format!("{text} is no number above 0")),
    }
}

fn at_least_one(text: &str) -> Result<f64, String> {
    positive(text)
        .ok()
        .filter(|number| *number >= 1.0)
        .ok_or_else(|| format!("{text} is no number of 1 or more"))
}

fn share(text: &str) -> Result<(String, f64), String> {
    let wrong = || format!("{text} is no share; one is like payment.refused=0.02");
    let (event, share) = text.split_once('=').ok_or_else(wrong)?;
    match share.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok((event.to_owned(), share)),
        _ => Err(wrong()),
    }
}
