//! Many worlds, side by side, until enough or until one fails.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::{
    Mutant, Rule,
    world::{Plan, Report, run, run_until},
};

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so many seeds.
    Seeds(u64),
    /// After so many deliveries.
    Deliveries(u64),
}

/// How many worlds ended how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Messages that were handed to a consumer.
    pub deliveries: u64,
    /// Worlds that were run.
    pub worlds: u64,
    /// The first that failed.
    pub failed: Option<Report>,
}

/// How the hunt for a mutant ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hunted {
    /// A world was seen to break the rule that it breaks.
    Killed(Report),
    /// DynamoDB could not read what it sends, so nothing that its worlds show is its doing.
    Invalid(Report),
    /// In none of so many worlds was that rule broken.
    Survived(u64),
}

/// Runs the worlds of a mutant, of so many seeds, until one breaks `rule`.
#[must_use]
pub fn hunt(plan: &Plan, mutant: Mutant, rule: Rule, seeds: u64, jobs: u64) -> Hunted {
    let plan = plan.broken(mutant);
    let invalid =
        |report: &Report| rule != Rule::RequestsAreValid && report.against(Rule::RequestsAreValid).is_some();
    let ends = |report: &Report| invalid(report) || report.against(rule).is_some();
    let campaign = worlds(
        0,
        Until::Seeds(seeds),
        jobs,
        |seed| run_until(seed, &plan, Some(rule)),
        ends,
        |_, _| {},
    );
    match campaign.failed {
        Some(report) if invalid(&report) => Hunted::Invalid(report),
        Some(report) => Hunted::Killed(report),
        None => Hunted::Survived(campaign.worlds),
    }
}

/// Runs the worlds of the seeds from `from` on, `jobs` at once; `progress` hears of every thousandth, with the deliveries so
/// far.
pub fn campaign(
    plan: &Plan,
    from: u64,
    until: Until,
    jobs: u64,
    progress: impl Fn(u64, u64) + Sync,
) -> Campaign {
    let any = |report: &Report| !report.violations.is_empty();
    worlds(from, until, jobs, |seed| run(seed, plan), any, progress)
}

/// Runs worlds until enough, or until one `fails`.
fn worlds(
    from: u64,
    until: Until,
    jobs: u64,
    run: impl Fn(u64) -> Report + Sync,
    fails: impl Fn(&Report) -> bool + Sync,
    progress: impl Fn(u64, u64) + Sync,
) -> Campaign {
    let (next, deliveries, worlds) = (AtomicU64::new(from), AtomicU64::new(0), AtomicU64::new(0));
    let failed: Mutex<Option<Report>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let over = match until {
                Until::Seeds(seeds) => seed - from >= seeds,
                Until::Deliveries(wanted) => deliveries.load(Ordering::Relaxed) >= wanted,
            };
            if over || failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                return;
            }
            let report = run(seed);
            let so_far = deliveries.fetch_add(report.deliveries, Ordering::Relaxed) + report.deliveries;
            if worlds.fetch_add(1, Ordering::Relaxed) % 1000 == 999 {
                progress(seed, so_far);
            }
            if fails(&report) {
                failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(report);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(work);
        }
    });
    Campaign {
        deliveries: deliveries.into_inner(),
        worlds: worlds.into_inner(),
        failed: failed.into_inner().unwrap_or_else(PoisonError::into_inner),
    }
}
