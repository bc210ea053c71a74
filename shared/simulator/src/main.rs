//! Runs many seeds, and says how they ended; or replays one.

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::Parser;
use tidings_simulator::{Mutant, Odds, world::{Plan, Report, run}};

/// Runs the consumer runtime through every kind of fault, a seed a world. Fails when anything is lost, repeated or
/// reopened, and prints the command that replays the seed.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Replays this seed alone.
    #[arg(long, conflicts_with_all = ["seeds", "deliveries"])]
    seed: Option<u64>,
    /// Runs so many seeds.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// Runs on until so many messages were delivered, however many seeds that takes.
    #[arg(long)]
    deliveries: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Events that are published in a world.
    #[arg(long, default_value_t = 20)]
    events: u32,
    /// Breaks this rule of the protocol.
    #[arg(long, value_enum)]
    mutant: Option<Mutant>,
    /// Worlds at once.
    #[arg(long, default_value_t = 2)]
    jobs: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    std::panic::set_hook(Box::new(|panic| {
        // Handlers panic on purpose; a panic of the simulator itself is told.
        if panic.payload().downcast_ref::<&str>() != Some(&"a mood") {
            eprintln!("{panic}");
        }
    }));
    let plan = Plan { events: arguments.events, odds: Odds::ROUGH, mutant: arguments.mutant };
    if let Some(seed) = arguments.seed {
        return told(&arguments, &run(seed, &plan));
    }
    let begun = Instant::now();
    let (next, deliveries) = (AtomicU64::new(arguments.from), AtomicU64::new(0));
    let failed: Mutex<Vec<Report>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let so_far = deliveries.load(Ordering::Relaxed);
                    let over = match arguments.deliveries {
                        Some(wanted) => so_far >= wanted,
                        None => seed >= arguments.from + arguments.seeds,
                    };
                    let any_failed = !failed.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
                    if over || any_failed {
                        return;
                    }
                    let report = run(seed, &plan);
                    deliveries.fetch_add(report.deliveries, Ordering::Relaxed);
                    if (seed - arguments.from) % 1000 == 999 {
                        let seconds = begun.elapsed().as_secs();
                        eprintln!("seed {seed}: {} deliveries in {seconds} s", deliveries.load(Ordering::Relaxed));
                    }
                    if !report.violations.is_empty() {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let delivered = deliveries.load(Ordering::Relaxed);
    let last = next.load(Ordering::Relaxed) - 1;
    println!("{delivered} deliveries, seeds {} to {last}, {:.0} s", arguments.from, begun.elapsed().as_secs_f64());
    match failed.first() {
        Some(report) => told(&arguments, report),
        None => {
            println!("nothing lost, nothing repeated, nothing reopened");
            ExitCode::SUCCESS
        }
    }
}

fn told(arguments: &Arguments, report: &Report) -> ExitCode {
    println!("seed {}: {} deliveries, {} violations", report.seed, report.deliveries, report.violations.len());
    report.violations.iter().for_each(|violation| println!("  {violation}"));
    if report.violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mutant = arguments.mutant.map(|_| " --mutant …").unwrap_or_default();
    println!("replay it: make simulate ARGS='--seed {} --events {}{mutant}'", report.seed, arguments.events);
    ExitCode::FAILURE
}
