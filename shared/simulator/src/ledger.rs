//! What really happened: the outside world's own record of effects, and the violations that were seen.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tidings_core::Clock;

use crate::time::VirtualClock;

/// The outside world.
pub struct Ledger {
    clock: VirtualClock,
    effects: Mutex<BTreeMap<String, Vec<Begun>>>,
    seen: Mutex<BTreeMap<String, u32>>,
    violations: Mutex<Vec<String>>,
}

/// An external effect that was begun under a lease.
#[derive(Debug, Clone, Copy)]
struct Begun {
    deadline: Timestamp,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// The handler said that it failed: the event may be begun again at once.
    Failed,
    /// The effect is there, or nobody knows: only a completion, or the lease's end, may follow.
    Open,
}

/// An effect that is being brought about; when it is dropped unfinished, its worker has died.
pub struct Effect {
    ledger: Arc<Ledger>,
    event: String,
    index: usize,
    failed: bool,
}

impl Ledger {
    pub(crate) fn new(clock: VirtualClock) -> Self {
        Self {
            clock,
            effects: Mutex::default(),
            seen: Mutex::default(),
            violations: Mutex::default(),
        }
    }

    /// Notes a violation.
    pub fn violation(&self, text: impl Into<String>) {
        lock(&self.violations).push(text.into());
    }

    /// All violations.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    /// How often the external effect of an event was begun.
    #[must_use]
    pub fn begun(&self, event: &str) -> usize {
        lock(&self.effects).get(event).map_or(0, Vec::len)
    }

    /// A naturally idempotent consumer saw an event.
    pub fn see(&self, event: &str) {
        *lock(&self.seen).entry(event.to_owned()).or_default() += 1;
    }

    /// How often it saw it.
    #[must_use]
    pub fn seen(&self, event: &str) -> u32 {
        lock(&self.seen).get(event).copied().unwrap_or(0)
    }

    /// Begins an external effect in an invocation with this deadline. A lease lasts at least to the deadline of its
    /// invocation, whatever the clocks say: nobody else may begin before.
    pub fn begin(self: &Arc<Self>, event: &str, deadline: Timestamp) -> Effect {
        let now = self.clock.now();
        let mut effects = lock(&self.effects);
        let begun = effects.entry(event.to_owned()).or_default();
        for earlier in begun.iter() {
            match earlier.state {
                State::Running => self.violation(format!("{event}: begun while another worker is at it")),
                State::Open if now < earlier.deadline => {
                    self.violation(format!(
                        "{event}: begun again before the lease of an earlier try has ended"
                    ));
                }
                State::Open | State::Failed => {}
            }
        }
        begun.push(Begun {
            deadline,
            state: State::Running,
        });
        let index = begun.len() - 1;
        drop(effects);
        Effect {
            ledger: self.clone(),
            event: event.to_owned(),
            index,
            failed: false,
        }
    }
}

impl Effect {
    /// The handler failed before the effect was there.
    pub fn failed(mut self) {
        self.failed = true;
    }
}

impl Drop for Effect {
    fn drop(&mut self) {
        let state = if self.failed { State::Failed } else { State::Open };
        if let Some(begun) = lock(&self.ledger.effects).get_mut(&self.event) {
            begun[self.index].state = state;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
