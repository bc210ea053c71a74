//! What really happened: the outside world's own record of effects, and the violations that were seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tidings_core::{Clock, Envelope};
use tokio::sync::Notify;

use crate::{
    rule::{Rule, Violation},
    time::VirtualClock,
};

/// The outside world.
pub struct Ledger {
    pub(crate) clock: VirtualClock,
    effects: Mutex<BTreeMap<String, Vec<Begun>>>,
    seen: Mutex<BTreeMap<String, u32>>,
    /// By the thing that they are about: events that consumers have caused and that went out to the topic, by their keys.
    gone_out: Mutex<BTreeMap<String, BTreeMap<String, Envelope>>>,
    /// Which event a worker of which consumer has lived to tell that it is done.
    done: Mutex<BTreeSet<(String, &'static str)>>,
    violations: Mutex<Vec<Violation>>,
    /// The rules whose first violation ends the world.
    ends_with: Vec<Rule>,
    ended: Notify,
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
    /// The effect is there: only a completion, or the lease's end, may follow.
    CameAbout,
    /// Its worker has died, or was stopped: the same.
    Open,
}

/// An effect that is being brought about; when it is dropped unfinished, its worker has died.
pub struct Effect {
    ledger: Arc<Ledger>,
    event: String,
    index: usize,
    state: State,
}

impl Ledger {
    /// One in which nothing has happened yet.
    #[must_use]
    pub fn new(clock: VirtualClock) -> Self {
        Self {
            clock,
            effects: Mutex::default(),
            seen: Mutex::default(),
            gone_out: Mutex::default(),
            done: Mutex::default(),
            violations: Mutex::default(),
            ends_with: Vec::new(),
            ended: Notify::new(),
        }
    }

    /// The ledger of a world that ends when one of these rules is broken.
    pub(crate) fn ends_with(self, ends_with: Vec<Rule>) -> Self {
        Self { ends_with, ..self }
    }

    /// Notes that a rule does not hold.
    pub fn violation(&self, rule: Rule, seen: impl Into<String>) {
        let seen = seen.into();
        lock(&self.violations).push(Violation { rule, seen });
        if self.ends_with.contains(&rule) {
            self.ended.notify_one();
        }
    }

    /// Waits until a rule is broken with which the world ends.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }

    /// All violations.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        lock(&self.violations).clone()
    }

    /// Whether the external effect of an event came about.
    #[must_use]
    pub fn came_about(&self, event: &str) -> bool {
        let effects = lock(&self.effects);
        let begun = effects.get(event).map(Vec::as_slice).unwrap_or_default();
        begun.iter().any(|begun| begun.state == State::CameAbout)
    }

    /// How often the external effect of an event was begun.
    #[must_use]
    pub fn begun(&self, event: &str) -> u32 {
        let begun = lock(&self.effects).get(event).map_or(0, Vec::len);
        begun.try_into().unwrap_or(u32::MAX)
    }

    /// An event that a consumer has caused goes out to the topic.
    pub(crate) fn goes_out(&self, event: &Envelope) {
        let about = event.subject.clone().unwrap_or_default();
        let mut gone_out = lock(&self.gone_out);
        let events = gone_out.entry(about).or_default();
        events.entry(event.key()).or_insert_with(|| event.clone());
    }

    /// What has gone out about a thing.
    pub(crate) fn gone_out(&self, about: &str) -> BTreeMap<String, Envelope> {
        lock(&self.gone_out).get(about).cloned().unwrap_or_default()
    }

    /// A worker tells that an event is done.
    pub(crate) fn is_done(&self, consumer: &'static str, event: &str) {
        lock(&self.done).insert((event.to_owned(), consumer));
    }

    /// Whether one has told so.
    pub(crate) fn was_done(&self, consumer: &'static str, event: &str) -> bool {
        lock(&self.done).contains(&(event.to_owned(), consumer))
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
                State::Running => self.violation(
                    Rule::Exclusive,
                    format!("{event}: begun while another worker is at it"),
                ),
                State::Open | State::CameAbout if now < earlier.deadline => self.violation(
                    Rule::Exclusive,
                    format!("{event}: begun again before the lease of an earlier try has ended"),
                ),
                State::Open | State::CameAbout | State::Failed => {}
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
            state: State::Open,
        }
    }
}

impl Effect {
    /// The handler failed before the effect was there.
    pub fn failed(mut self) {
        self.state = State::Failed;
    }

    /// The effect is there.
    pub fn came_about(mut self) {
        self.state = State::CameAbout;
    }
}

impl Drop for Effect {
    fn drop(&mut self) {
        if let Some(begun) = lock(&self.ledger.effects).get_mut(&self.event) {
            begun[self.index].state = self.state;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
