//! Exploring a system to its end, or to the shortest way to break a rule.

use std::{collections::BTreeSet, time::Instant};

use stateright::{Checker as _, HasDiscoveries, Model as _};

use crate::{action::Action, properties::Rule, seen::Moment, system::System};

/// Explores every state; none may break a rule. There must be at least `floor` states, and the moments must be met,
/// so that a change of the model cannot make the check empty without a word.
pub fn keeps_every_rule(system: System, floor: usize, moments: &[Moment]) {
    let begun = Instant::now();
    let checker = system.checker().spawn_bfs().join();
    let states = checker.unique_state_count();
    println!(
        "{states} unique states in {:?}, at most {} steps deep",
        begun.elapsed(),
        checker.max_depth()
    );
    let mut met = BTreeSet::new();
    for (name, path) in checker.discoveries() {
        let broken = Rule::ALL.iter().any(|rule| rule.name() == name);
        assert!(!broken, "\"{name}\" does not hold: {:#?}", path.into_actions());
        met.insert(name);
    }
    for moment in moments {
        assert!(met.contains(moment.name()), "\"{}\" is never met", moment.name());
    }
    assert!(
        states >= floor,
        "only {states} states were explored, of at least {floor}"
    );
}

/// The shortest way to break this rule.
pub fn counterexample(system: &System, rule: Rule) -> Option<Vec<Action>> {
    let mut shortest = None;
    // The checker stops some states after the first counterexample, and may by then have met a longer one.
    while let Some(steps) = broken(system, rule, shortest.as_ref().map(Vec::len)) {
        shortest = Some(steps);
    }
    shortest
}

fn broken(system: &System, rule: Rule, shorter_than: Option<usize>) -> Option<Vec<Action>> {
    let checker = system.clone().checker();
    let checker = checker.finish_when(HasDiscoveries::AnyOf(BTreeSet::from([rule.name()])));
    let checker = match shorter_than {
        // The first state is at depth 1, and what is at this depth is not looked at.
        Some(steps) => checker.target_max_depth(steps + 1),
        None => checker,
    };
    let path = checker.spawn_bfs().join().discovery(rule.name());
    path.map(|path| path.into_actions())
}
