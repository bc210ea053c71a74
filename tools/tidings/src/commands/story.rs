//! `tidings story`.

use std::{process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::console;
use crate::{
    local::outside::Fail,
    story::{
        event_driven::{checkouts, order, so_far},
        in_a_row,
        operations::{DOWN, UNSTEADY},
        report::{After, Before, Report, Seconds, Share},
        shop::Shop,
    },
};

/// What `tidings story --help` says.
pub const ABOUT: &str = "\
Measures the checkout both ways, in one run and in this process: all 14 operations of an order one after another, and event-driven, where \
two come before the answer and the rest after it. The same functions work on both sides, and each operation takes as long on both; the \
providers' times are the story's (a charge 0.5 s, the stock 0.2 s, a mail 1 s, ..., 8.2 s in all).

Then a provider is down and comes back, and another one sometimes does not answer: what becomes of the orders, and of the work that comes \
after them. Ends with 1 if something is not done in the end, or if the event-driven answer takes more than 0.8 s (its median, with 0.2 s of \
tolerance for a busy machine). What failed an order in a row is said with its cause.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Checkouts on each side, each time.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    checkouts: u16,
    /// How many seconds the provider is down after the last order.
    #[arg(long, default_value_t = 3)]
    outage: u64,
    /// Prints the figures as JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Measures both sides and prints them.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    console::begin_quietly();
    let progress = ProgressBar::new_spinner();
    progress.set_style(ProgressStyle::with_template("{elapsed:>4} {msg}")?);
    progress.enable_steady_tick(Duration::from_millis(200));
    let report = Report {
        in_a_row: before(&arguments, &progress).await?,
        event_driven: after(&arguments, &progress).await?,
    };
    progress.finish_and_clear();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    let faults = report.faults();
    faults.iter().for_each(|fault| eprintln!("error: {fault}"));
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn before(arguments: &Arguments, progress: &ProgressBar) -> anyhow::Result<Before> {
    // A shop each time: what one has learnt of an outage (its breaker) is nothing to the next.
    let run = async |when: &'static str, name: &str, rate: f64| {
        let shop = Shop::open().await?;
        fail(&shop, name, rate);
        let mut run = Vec::new();
        for number in 1..=arguments.checkouts {
            progress.set_message(format!(
                "14 in a row, {when}: checkout {number} of {}",
                arguments.checkouts
            ));
            run.push(in_a_row::checkout(&shop).await?);
        }
        anyhow::Ok(run)
    };
    let taken = |run: &[in_a_row::Checkout]| Share {
        number: run.iter().filter(|checkout| checkout.failed.is_none()).count(),
        of: run.len(),
    };
    let steady = run("all well", DOWN, 0.0).await?;
    let outage = run("a provider is down", DOWN, 1.0).await?;
    let unsteady = run("a provider is unsteady", UNSTEADY.0, UNSTEADY.1).await?;
    Ok(Before {
        answered_seconds: Seconds::median(steady.iter().map(|checkout| checkout.answered).collect()),
        taken: taken(&steady),
        taken_in_outage: taken(&outage),
        taken_when_unsteady: taken(&unsteady),
        failed: [steady, outage, unsteady]
            .into_iter()
            .flatten()
            .filter_map(|checkout| checkout.failed)
            .collect(),
    })
}

async fn after(arguments: &Arguments, progress: &ProgressBar) -> anyhow::Result<After> {
    let number = usize::from(arguments.checkouts);
    let all = Share { number, of: number };

    progress.set_message("event-driven, all well");
    let steady = checkouts(&open().await?, number).await?;

    progress.set_message("event-driven, a provider is down");
    let shop = open().await?;
    fail(&shop, DOWN, 1.0);
    let answered = order(&shop, number).await?;
    tokio::time::sleep(Duration::from_secs(arguments.outage)).await;
    let during_outage = so_far(&shop, number);
    fail(&shop, DOWN, 0.0);
    progress.set_message("event-driven, the provider is back");
    shop.system.settled().await?;
    let after_outage = so_far(&shop, number);

    progress.set_message("event-driven, a provider is unsteady");
    let shop = open().await?;
    fail(&shop, UNSTEADY.0, UNSTEADY.1);
    let unsteady = checkouts(&shop, number).await?;
    Ok(After {
        answered_seconds: Seconds::median(steady.answered),
        all_done_seconds: steady.done.into(),
        reactions: steady.reactions,
        answered_in_outage_seconds: Seconds::median(answered),
        taken_in_outage: all,
        during_outage,
        after_outage,
        taken_when_unsteady: all,
        when_unsteady: unsteady.reactions,
    })
}

/// A shop whose events are published.
async fn open() -> anyhow::Result<Shop> {
    let shop = Shop::open().await?;
    shop.system.relay();
    Ok(shop)
}

fn fail(shop: &Shop, name: &str, rate: f64) {
    shop.mishaps.fail(Fail {
        name: name.to_owned(),
        rate,
    });
}
