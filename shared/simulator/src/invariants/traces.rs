//! What is told of an event afterwards, to whoever asks what became of it.

use std::collections::{BTreeMap, BTreeSet};

use tidings_core::{Clock as _, Consumer as _, Envelope};
use tidings_trace::{Delivery, Ended, Event, Query, Trace, USUAL_LAG, collect};

use super::Truth;
use crate::{
    consumers::{Look, Ring, Tally},
    rule::Rule,
    tracing::sources,
};

/// An event that one of its consumers was not brought.
#[derive(Debug, Clone)]
pub(crate) struct Withheld {
    pub(crate) event: Envelope,
    pub(crate) from: &'static str,
}

/// Events of a world that are asked for.
const ASKED: usize = 2;

impl Truth {
    /// **A trace tells the truth**: its tree is what happened, and it says of each event that was withheld that it is absent, and
    /// of no other.
    pub(crate) async fn traced(&self, events: &[Envelope], withheld: Option<&Withheld>) {
        tokio::time::sleep(USUAL_LAG + std::time::Duration::from_secs(1)).await;
        // Which, and how it is called, differs from world to world.
        let chosen = events
            .first()
            .map_or(0, |event| event.id.bytes().map(usize::from).sum());
        let every = (events.len() / ASKED).max(1);
        let asked = events.iter().skip(chosen % every).step_by(every).take(ASKED);
        let asked = asked.map(|event| (event, None));
        let asked = asked.chain(withheld.into_iter().map(|one| (&one.event, Some(one.from))));
        for (number, (event, absent)) in asked.enumerate() {
            self.log(event).await;
            let called = match (chosen + number) % 3 {
                0 => event.key(),
                1 => event.correlation_id().to_owned(),
                _ => event.subject.clone().unwrap_or_default(),
            };
            match self.trace(called).await {
                Ok(trace) => self.is_true(event, absent, &trace).await,
                Err(seen) => self.untrue(event, &seen),
            }
        }
        if let Some(event) = events.first() {
            self.unpublished(event).await;
        }
    }

    pub(super) async fn trace(&self, called: String) -> Result<Trace, String> {
        let sources = sources(&self.dynamodb, &self.bus);
        let traced = collect(&sources, &Query::of(called), self.ledger.clock.now()).await;
        traced.map_err(|error| error.to_string())
    }

    pub(super) fn untrue(&self, event: &Envelope, seen: &str) {
        let seen = format!("{}: {seen}", event.id);
        self.ledger.violation(Rule::TraceTellsTheTruth, seen);
    }

    async fn is_true(&self, event: &Envelope, absent: Option<&'static str>, trace: &Trace) {
        let [head] = trace.events.as_slice() else {
            return self.untrue(
                event,
                &format!("one head is there, and the trace has {}", trace.events.len()),
            );
        };
        if head.key != event.key() {
            self.untrue(event, &format!("the trace begins with {}", head.key));
        }
        let names: BTreeSet<_> = head
            .consumers
            .iter()
            .map(|delivery| delivery.consumer.as_str())
            .collect();
        if names != BTreeSet::from([Tally::NAME, Ring::NAME]) {
            self.untrue(
                event,
                &format!("tally and ring take it, and the trace has {names:?}"),
            );
        }
        let runs = self.runs(event).await;
        for delivery in &head.consumers {
            let tally = delivery.consumer == Tally::NAME;
            let name = if tally { Tally::NAME } else { Ring::NAME };
            if absent == Some(name) {
                self.is_absent(event, delivery);
                continue;
            }
            let (about, begun) = (event.subject.as_deref().unwrap_or_default(), self.begun(event));
            let (done, told) = match tally {
                true => (runs > 0, self.ledger.was_done(name, &event.id)),
                false => (
                    self.ledger.came_about(about),
                    self.ledger.was_done(name, &event.id),
                ),
            };
            self.ended_so(event, name, delivery, done, told);
            if !tally && delivery.attempts < begun {
                self.untrue(
                    event,
                    &format!("ring: begun {begun} times, and the trace has {delivery:?}"),
                );
            }
        }
        self.caused_so(event, head, runs);
    }

    /// How often the effect outside was begun.
    fn begun(&self, event: &Envelope) -> u32 {
        self.ledger.begun(event.subject.as_deref().unwrap_or_default())
    }

    fn is_absent(&self, event: &Envelope, delivery: &Delivery) {
        if !matches!(delivery.ended, Ended::Absent { .. }) {
            let seen = format!(
                "withheld from {}, and the trace has {:?}",
                delivery.consumer, delivery.ended
            );
            self.untrue(event, &seen);
        }
    }

    /// Nothing is in flight any more: it is done, or set aside with its cause. `done` is what the
    /// outside has seen, `told` that a worker has lived to tell that it is done.
    fn ended_so(&self, event: &Envelope, name: &str, delivery: &Delivery, done: bool, told: bool) {
        let dead = self.dead(name, event).is_some();
        let so = match &delivery.ended {
            Ended::Done { at } => done && at.is_some(),
            Ended::SetAside { letter, .. } => {
                letter.is_some() == dead && dead && !told && delivery.last_error.is_some()
            }
            _ => false,
        };
        if !so {
            let seen =
                format!("{name}: done: {done}, told: {told}, dead: {dead}, and the trace has {delivery:?}");
            self.untrue(event, &seen);
        }
    }

    /// Two events came of each that was tallied, by its doing; who looks at them leaves no record
    /// of that.
    fn caused_so(&self, event: &Envelope, head: &Event, runs: u32) {
        let due: BTreeMap<_, _> = match runs {
            0 => BTreeMap::new(),
            _ => self.ledger.gone_out(event.subject.as_deref().unwrap_or_default()),
        };
        let tally = head
            .consumers
            .iter()
            .find(|delivery| delivery.consumer == Tally::NAME);
        let caused: Vec<_> = tally.into_iter().flat_map(|delivery| &delivery.caused).collect();
        let told: BTreeSet<_> = caused.iter().map(|caused| caused.key.clone()).collect();
        let all: Vec<_> = head.effects().collect();
        if told != due.keys().cloned().collect() || all.len() != caused.len() {
            self.untrue(
                event,
                &format!("tally has caused {:?}, and the trace has {all:?}", due.keys()),
            );
        }
        for effect in caused {
            let emitted = &due.get(&effect.key);
            let (Some(emitted), [look]) = (emitted, effect.consumers.as_slice()) else {
                self.untrue(
                    event,
                    &format!("look takes what tally tells, and the trace has {effect:?}"),
                );
                continue;
            };
            let dead = self.dead(Look::NAME, emitted).is_some();
            let so = match look.ended {
                Ended::SetAside { .. } => dead,
                Ended::Unrecorded => !dead && self.ledger.seen(&emitted.id) > 0,
                _ => false,
            };
            if !so || look.consumer != Look::NAME || effect.effects().next().is_some() {
                self.untrue(
                    event,
                    &format!("look: dead: {dead}, and the trace has {effect:?}"),
                );
            }
        }
    }
}
