//! The simulator finds nothing in the protocol, and finds every fault that is put into it.

use clap::ValueEnum as _;
use tidings_simulator::{Hunted, Mutant, Plan, Rule, Until, campaign, hunt, run};

const PLAN: Plan = Plan::rough(20);

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
fn every_mutant_is_killed_by_the_rule_that_it_breaks() {
    silence();
    let mut alive = Vec::new();
    for &mutant in Mutant::value_variants() {
        let rule = mutant.breaks();
        match hunt(&PLAN, mutant, rule, 2000, 2) {
            Hunted::Killed(report) => {
                let seen = report.against(rule).map(ToString::to_string);
                println!(
                    "{mutant:?}: killed by seed {}: {}",
                    report.seed,
                    seen.unwrap_or_default()
                );
            }
            Hunted::Invalid(report) => alive.push((mutant, format!("{:?}", report.violations))),
            Hunted::Survived(worlds) => alive.push((mutant, format!("{worlds} worlds keep {rule:?}"))),
        }
    }
    assert_eq!(
        alive,
        [],
        "these faults were put into the protocol, and the rule that they break did not notice"
    );
}

#[test]
fn every_rule_is_broken_by_some_mutant() {
    let breaks = |rule: &Rule| {
        Mutant::value_variants()
            .iter()
            .any(|mutant| mutant.breaks() == *rule)
    };
    let idle: Vec<Rule> = Rule::ALL.into_iter().filter(|rule| !breaks(rule)).collect();
    assert_eq!(idle, [], "a rule that nothing can break says nothing");
}

#[test]
fn what_dynamodb_cannot_read_kills_nothing() {
    silence();
    for rule in [Rule::RequestsAreValid, Rule::NothingIsLost, Rule::ComesToAnEnd] {
        let hunted = hunt(&PLAN, Mutant::UnreadableCondition, rule, 3, 1);
        match rule {
            Rule::RequestsAreValid => assert!(matches!(hunted, Hunted::Killed(_)), "{hunted:?}"),
            _ => assert!(matches!(hunted, Hunted::Invalid(_)), "{rule:?}: {hunted:?}"),
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    silence();
    let reports: Vec<_> = (0..10).map(|seed| run(seed, &PLAN)).collect();
    for report in &reports {
        assert_eq!(*report, run(report.seed, &PLAN));
    }
    let completed: u64 = reports.iter().map(|report| report.completed).sum();
    assert!(
        completed > 10 * 20 * 8 / 10,
        "only {completed} of 200 events were completed: faults have drowned the work"
    );
    assert_ne!(reports[1].digest, reports[2].digest);
}
