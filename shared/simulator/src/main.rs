//! Runs many seeds, and says how they ended; or replays one.

use std::{process::ExitCode, time::Instant};

use clap::{Parser, ValueEnum as _};
use tidings_simulator::{Campaign, Hunted, Mutant, Plan, Report, Until, campaign, hunt, run};

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
    /// Breaks every rule, one after the other, for so many seeds at most (`--seeds`): each must be noticed by that rule.
    #[arg(long, conflicts_with_all = ["seed", "mutant", "deliveries"])]
    mutants: bool,
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
    let plan = Plan::rough(arguments.events);
    let plan = arguments.mutant.map_or(plan, |mutant| plan.broken(mutant));
    if let Some(seed) = arguments.seed {
        return told(&arguments, &run(seed, &plan));
    }
    if arguments.mutants {
        return hunted(&arguments, &plan);
    }
    let begun = Instant::now();
    let wanted = match arguments.deliveries {
        Some(deliveries) => Until::Deliveries(deliveries),
        None => Until::Seeds(arguments.seeds),
    };
    let campaign = campaign(
        &plan,
        arguments.from,
        wanted,
        arguments.jobs,
        |seed, deliveries| {
            eprintln!(
                "seed {seed}: {deliveries} deliveries in {} s",
                begun.elapsed().as_secs()
            );
        },
    );
    let Campaign {
        deliveries,
        worlds,
        failed,
    } = campaign;
    println!(
        "{deliveries} deliveries in {worlds} worlds, {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    match failed {
        Some(report) => told(&arguments, &report),
        None => {
            println!("nothing lost, nothing repeated, nothing reopened");
            ExitCode::SUCCESS
        }
    }
}

fn hunted(arguments: &Arguments, plan: &Plan) -> ExitCode {
    let mut alive = 0;
    for &mutant in Mutant::value_variants() {
        let rule = mutant.breaks();
        match hunt(plan, mutant, rule, arguments.seeds, arguments.jobs) {
            Hunted::Killed(report) => println!("{mutant:?}: killed by seed {}: {:?}", report.seed, rule),
            Hunted::Invalid(report) => {
                alive += 1;
                println!("{mutant:?}: INVALID at seed {}", report.seed);
            }
            Hunted::Survived(worlds) => {
                alive += 1;
                println!("{mutant:?}: NOT KILLED by {rule:?} in {worlds} worlds");
            }
        }
    }
    match alive {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn told(arguments: &Arguments, report: &Report) -> ExitCode {
    println!(
        "seed {}: {} deliveries, {} violations",
        report.seed,
        report.deliveries,
        report.violations.len()
    );
    report
        .violations
        .iter()
        .for_each(|violation| println!("  {violation}"));
    if report.violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mutant = arguments
        .mutant
        .and_then(|mutant| Some(format!(" --mutant {}", mutant.to_possible_value()?.get_name())));
    let mutant = mutant.unwrap_or_default();
    println!(
        "replay it: make simulate ARGS='--seed {} --events {}{mutant}'",
        report.seed, arguments.events
    );
    ExitCode::FAILURE
}
