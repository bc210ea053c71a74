//! An exhaustive check of the idempotency protocol: every order in which one event's messages, workers, requests
//! and mishaps can meet, within small bounds, against what the project promises.
//!
//! The decisions are the real ones (`claim`, `owns`, `refusal`, `lease_until`, `settle`); around them the model has
//!
//! - [`state`]: the messages, the workers ([`stage`]), the record, and what an observer sees who knows the truth
//!   ([`seen`]);
//! - [`possible`]: what can happen in a state, of all [`action`]s;
//! - [`worker`], [`settlement`] and [`world`]: what then becomes of the state, by a worker's hand or not; [`table`]
//!   applies the conditional writes, and [`clock`] makes time discrete;
//! - [`ways`]: every way of the worker, by which it is compared with the runtime;
//! - [`properties`]: the promises; [`scenario`]: the bounds; [`system`] and [`check`]: the ends of the model checker;
//! - [`fault`]: deliberate faults of the protocol. Each must break its promise, or the check is worth nothing.
//!
//! Not in the model: batches (duplicates in one batch share one try), the natural guarantee, handlers that fail
//! although their effect came about, and conflicts of transactions. See `tidings-aws` for those.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod action;
mod check;
mod clock;
mod fault;
mod possible;
mod properties;
mod scenario;
mod seen;
mod settlement;
mod stage;
mod state;
mod system;
mod table;
mod ways;
mod worker;
mod world;

use std::collections::BTreeSet;

use check::{counterexample, keeps_every_rule};
use fault::Fault;
use properties::Rule;
use seen::Moment::{LateRefused, RedrivenAndDone, Repeated, SetAsideAgain, TakenOver};
use system::{
    Guarantee::{Leased, Transactional},
    System,
};

#[test]
fn a_leased_event_keeps_every_rule_whatever_three_things_go_wrong() {
    keeps_every_rule(
        System::alone(Leased),
        600_000,
        &[TakenOver, LateRefused, Repeated],
    );
}

#[test]
fn a_leased_event_that_comes_twice_keeps_every_rule() {
    keeps_every_rule(
        System::twice(Leased),
        900_000,
        &[TakenOver, LateRefused, Repeated, SetAsideAgain],
    );
}

#[test]
fn a_leased_event_that_is_redriven_keeps_every_rule() {
    keeps_every_rule(
        System::redriven(Leased),
        490_000,
        &[TakenOver, LateRefused, RedrivenAndDone],
    );
}

#[test]
fn a_leased_event_that_comes_twice_and_is_redriven_keeps_every_rule() {
    keeps_every_rule(
        System::crowded(Leased),
        250_000,
        &[LateRefused, SetAsideAgain, RedrivenAndDone],
    );
}

#[test]
fn a_leased_event_among_three_workers_keeps_every_rule() {
    keeps_every_rule(System::three_workers(Leased), 410_000, &[TakenOver, LateRefused]);
}

#[test]
fn a_leased_event_whose_record_expires_may_be_done_again_and_keeps_every_rule() {
    keeps_every_rule(System::expiring(Leased), 400_000, &[Repeated]);
}

#[test]
fn a_leased_event_does_not_run_out_of_receives_by_one_mishap() {
    keeps_every_rule(System::patient(Leased), 81_000, &[TakenOver]);
}

#[test]
fn a_leased_event_that_runs_out_of_receives_is_found_with_its_cause() {
    keeps_every_rule(System::impatient(Leased), 630_000, &[RedrivenAndDone]);
}

#[test]
fn a_transactional_event_keeps_every_rule_whatever_three_things_go_wrong() {
    keeps_every_rule(System::alone(Transactional), 200_000, &[TakenOver]);
}

#[test]
fn a_transactional_event_that_comes_twice_keeps_every_rule() {
    keeps_every_rule(System::twice(Transactional), 450_000, &[TakenOver, SetAsideAgain]);
}

#[test]
fn a_transactional_event_that_is_redriven_keeps_every_rule() {
    keeps_every_rule(
        System::redriven(Transactional),
        290_000,
        &[TakenOver, RedrivenAndDone],
    );
}

#[test]
fn a_transactional_event_that_comes_twice_and_is_redriven_keeps_every_rule() {
    keeps_every_rule(
        System::crowded(Transactional),
        190_000,
        &[SetAsideAgain, RedrivenAndDone],
    );
}

#[test]
fn a_transactional_event_among_three_workers_keeps_every_rule() {
    keeps_every_rule(System::three_workers(Transactional), 200_000, &[TakenOver]);
}

#[test]
fn a_transactional_event_whose_record_expires_may_be_done_again_and_keeps_every_rule() {
    keeps_every_rule(System::expiring(Transactional), 290_000, &[Repeated]);
}

#[test]
fn a_transactional_event_does_not_run_out_of_receives_by_one_mishap() {
    keeps_every_rule(System::patient(Transactional), 35_000, &[TakenOver]);
}

#[test]
fn a_transactional_event_that_runs_out_of_receives_is_found_with_its_cause() {
    keeps_every_rule(System::impatient(Transactional), 440_000, &[RedrivenAndDone]);
}

#[test]
fn a_leased_event_keeps_every_rule_whatever_two_things_go_wrong_with_everything_else() {
    keeps_every_rule(System::everything(Leased), 5_800_000, &[RedrivenAndDone]);
}

#[test]
fn a_transactional_event_keeps_every_rule_whatever_two_things_go_wrong_with_everything_else() {
    keeps_every_rule(System::everything(Transactional), 3_600_000, &[RedrivenAndDone]);
}

#[test]
fn the_worker_takes_the_ways_that_the_runtime_takes_and_no_others() {
    let told: BTreeSet<String> = include_str!("ways.txt").lines().map(str::to_owned).collect();
    let ways = ways::ways();
    let (more, fewer): (Vec<_>, Vec<_>) =
        (ways.difference(&told).collect(), told.difference(&ways).collect());
    assert!(
        more.is_empty() && fewer.is_empty(),
        "ways.txt lacks {more:#?}, and the model lacks {fewer:#?}"
    );
}

#[test]
fn every_fault_of_the_protocol_breaks_the_rule_that_tells_it() {
    let survivors: Vec<Fault> = Fault::ALL
        .into_iter()
        .filter(|fault| {
            let system = System {
                fault: Some(*fault),
                ..fault.shows_in()
            };
            let rule = fault.told_by();
            let found = counterexample(&system, rule);
            match &found {
                Some(steps) => println!(
                    "{fault:?}: \"{}\" is broken in {} steps: {steps:?}",
                    rule.name(),
                    steps.len()
                ),
                None => println!("{fault:?} SURVIVES \"{}\"", rule.name()),
            }
            found.is_none()
        })
        .collect();
    assert_eq!(survivors, []);
}

#[test]
fn every_rule_is_broken_by_some_fault() {
    let idle: Vec<Rule> = Rule::ALL
        .into_iter()
        .filter(|rule| !Fault::ALL.iter().any(|fault| fault.told_by() == *rule))
        .collect();
    assert_eq!(idle, [], "a rule that nothing can break says nothing");
}
