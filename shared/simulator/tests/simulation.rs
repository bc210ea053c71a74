//! The simulator finds nothing in the protocol, and finds every fault that is put into it.

use clap::ValueEnum as _;
use tidings_simulator::{Mutant, Odds, Plan, Until, campaign, run};

const PLAN: Plan = Plan {
    events: 20,
    odds: Odds::ROUGH,
    mutant: None,
};

/// Handlers panic on purpose, and often; only other panics are told.
fn silence() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref::<&str>() != Some(&"a mood") {
            default(panic);
        }
    }));
}

#[test]
fn two_hundred_thousand_deliveries_lose_nothing_and_repeat_nothing() {
    silence();
    let campaign = campaign(&PLAN, 0, Until::Deliveries(200_000), 2, |_, _| {});
    println!("{} deliveries in {} worlds", campaign.deliveries, campaign.worlds);
    assert_eq!(
        campaign.failed, None,
        "replay it: make simulate ARGS='--seed <seed>'"
    );
    assert!(campaign.deliveries >= 200_000);
}

#[test]
fn every_mutant_is_killed() {
    silence();
    let mut survivors = Vec::new();
    for &mutant in Mutant::value_variants() {
        let plan = Plan {
            mutant: Some(mutant),
            ..PLAN
        };
        match campaign(&plan, 0, Until::Seeds(2000), 2, |_, _| {}).failed {
            Some(report) => println!(
                "{mutant:?}: killed by seed {}: {}",
                report.seed, report.violations[0]
            ),
            None => survivors.push(mutant),
        }
    }
    assert!(Mutant::value_variants().len() >= 12);
    assert_eq!(
        survivors,
        [],
        "these faults were put into the protocol, and nothing noticed"
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    silence();
    for seed in 0..20 {
        assert_eq!(run(seed, &PLAN), run(seed, &PLAN));
    }
    let completed: u64 = (0..20).map(|seed| run(seed, &PLAN).completed).sum();
    assert!(
        completed > 20 * 20 * 8 / 10,
        "only {completed} of 400 events were completed: faults have drowned the work"
    );
    assert_ne!(run(1, &PLAN).digest, run(2, &PLAN).digest);
}
