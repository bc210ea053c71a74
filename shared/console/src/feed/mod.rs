//! The feed: what happens in the process that runs the system, as it happens, for those who watch.
//!
//! It holds a bounded part of it: the last [`FLOWS`] flows, and a minute of each consumer. Who
//! watches is told that something has changed ([`Feed::changes`]) and reads what there is then, so
//! one who is slow passes over what came in between, and nothing is kept for anybody.
//!
//! Only a local run feeds it. A function that is deployed tells its logs and metrics, and no page.

mod flow;
mod flows;
mod meter;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tidings_aws::{Handled, Observe, observe::Verdict};
use tidings_catalogue::Document;
use tidings_core::{Clock, Envelope, clock::SystemClock};
use tokio::sync::watch;

pub use flow::{Asked, Delivery, Flow, Happened, State};
pub use flows::{EVENTS, FLOWS, Flows};
pub use meter::{Meter, Reading};

/// What happens, as far as it is kept.
pub struct Feed {
    document: Arc<Document>,
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Seen {
    flows: Flows,
    meters: BTreeMap<&'static str, Meter>,
    /// What somebody who does not see the page should hear of.
    said: Option<String>,
}

impl Feed {
    /// A feed of the system that this document describes.
    #[must_use]
    pub fn new(document: Arc<Document>) -> Self {
        Self::with_clock(document, Arc::new(SystemClock))
    }

    /// The same, with a clock of one's own.
    #[must_use]
    pub fn with_clock(document: Arc<Document>, clock: Arc<dyn Clock>) -> Self {
        Self {
            document,
            clock,
            seen: Mutex::default(),
            changed: watch::Sender::new(0),
            closed: watch::Sender::new(false),
        }
    }

    /// A request was answered.
    pub fn asked(&self, asked: Asked) {
        self.note(|seen, now| seen.flows.asked(asked, now));
    }

    /// An event was published.
    pub fn published(&self, event: &Envelope) {
        let consumers = &self.document.consumers;
        let takers = consumers
            .iter()
            .filter(|consumer| consumer.takes.event(&event.event_type));
        let takers = takers.map(|consumer| consumer.name.clone()).collect();
        self.note(|seen, now| seen.flows.published(event, takers, now));
    }

    /// A consumer has begun with an event.
    pub fn begun(&self, consumer: &'static str, event: &Envelope) {
        self.note(|seen, now| {
            seen.flows.delivery(event, consumer, now, |delivery| {
                delivery.state = State::Working;
            });
        });
    }

    /// The last flows, the newest first; no more than `most`.
    #[must_use]
    pub fn flows(&self, most: usize) -> Vec<Arc<Flow>> {
        self.seen().flows.newest(most)
    }

    /// What the last minute of a consumer was like.
    #[must_use]
    pub fn reading(&self, consumer: &str) -> Reading {
        let now = self.clock.now();
        let seen = self.seen();
        let meter = seen.meters.get(consumer);
        meter.map(|meter| meter.reading(now)).unwrap_or_default()
    }

    /// What was last to be heard.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        self.seen().said.clone()
    }

    /// Tells that something has happened, and not what.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Ends all watching: the process is about to end.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Is true once the feed is closed.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// Something else has changed that a page shows.
    pub fn touch(&self) {
        self.changed.send_modify(|number| *number += 1);
    }

    fn note(&self, change: impl FnOnce(&mut Seen, Timestamp)) {
        let now = self.clock.now();
        change(&mut self.seen(), now);
        self.touch();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Feed {
    fn handled(&self, handled: &Handled<'_>) {
        use tidings_core::protocol::Disposition;
        let back = match handled.disposition {
            Disposition::Retry { after } => Some(*after),
            Disposition::Acknowledge | Disposition::SetAside { .. } => None,
        };
        self.note(|seen, now| {
            let meter = seen.meters.entry(handled.consumer).or_default();
            meter.count(handled, now);
            if handled.verdict == Verdict::SetAside {
                seen.said = Some(format!("{} has set a dead letter aside", handled.consumer));
            }
            let Some(event) = handled.envelope else {
                return;
            };
            seen.flows.delivery(event, handled.consumer, now, |delivery| {
                delivery.end(handled, back.and_then(|after| later(now, after)));
            });
        });
    }
}

fn later(now: Timestamp, after: Duration) -> Option<Timestamp> {
    now.checked_add(after).ok()
}
