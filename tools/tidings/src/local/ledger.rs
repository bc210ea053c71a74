//! What happened, kept for whoever asks: the last events that were published, and the last deliveries' ends.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tidings_aws::{
    Handled, Observe,
    observe::Verdict,
    request::{Dropped, ObserveReplies},
};
use tidings_bus::{Bring, Bus, Landing};
use tidings_console::Feed;
use tidings_core::{
    Envelope,
    ports::{Publish, TransportError},
};

use super::Terminal;

/// One delivery's end.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `source#id` of the event; none where the body was no event.
    pub event: Option<String>,
    pub consumer: &'static str,
    pub verdict: Verdict,
    pub attempt: u32,
    pub elapsed: Duration,
    pub reason: Option<String>,
}

/// Events that are kept, each once.
const EVENTS: usize = 20_000;
/// Ends that are kept.
const ENTRIES: usize = 200_000;

/// The ledger; it shows what it notes.
#[derive(Default)]
pub struct Ledger {
    terminal: Option<Terminal>,
    feed: Option<Arc<Feed>>,
    published: Mutex<Published>,
    entries: Mutex<VecDeque<Entry>>,
}

#[derive(Default)]
struct Published {
    events: VecDeque<Envelope>,
    keys: HashSet<String>,
}

impl Published {
    fn note(&mut self, event: &Envelope) {
        if !self.keys.insert(event.key()) {
            return;
        }
        self.events.push_back(event.clone());
        if self.events.len() > EVENTS
            && let Some(oldest) = self.events.pop_front()
        {
            self.keys.remove(&oldest.key());
        }
    }
}

impl Ledger {
    /// A ledger that shows everything on `terminal` as it happens.
    pub fn shown_on(terminal: Terminal) -> Self {
        Self {
            terminal: Some(terminal),
            ..Self::default()
        }
    }

    /// It tells this feed as well.
    pub fn feeding(self, feed: Arc<Feed>) -> Self {
        Self {
            feed: Some(feed),
            ..self
        }
    }

    /// The feed that is told.
    pub fn feed(&self) -> Option<&Arc<Feed>> {
        self.feed.as_ref()
    }

    /// The last events that were published, in the order of their first publication.
    pub fn published(&self) -> Vec<Envelope> {
        let published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.events.iter().cloned().collect()
    }

    /// The last deliveries' ends, in order.
    pub fn entries(&self) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().cloned().collect()
    }

    /// How the last delivery of this event to this consumer ended.
    pub fn end_of(&self, consumer: &str, event: &Envelope) -> Option<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let key = event.key();
        let own = |entry: &&Entry| entry.consumer == consumer && entry.event.as_deref() == Some(&key);
        entries.iter().rfind(own).cloned()
    }

    fn note(&self, event: &Envelope) {
        self.published
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note(event);
        if let Some(terminal) = &self.terminal {
            terminal.published(event);
        }
        if let Some(feed) = &self.feed {
            feed.published(event);
        }
    }
}

impl ObserveReplies for Ledger {
    fn dropped(&self, dropped: Dropped) {
        if let Some(terminal) = &self.terminal {
            terminal.dropped(dropped);
        }
    }
}

impl Observe for Ledger {
    fn handled(&self, handled: &Handled<'_>) {
        if let Some(terminal) = &self.terminal {
            terminal.handled(handled);
        }
        if let Some(feed) = &self.feed {
            feed.handled(handled);
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == ENTRIES {
            entries.pop_front();
        }
        entries.push_back(Entry {
            event: handled.envelope.map(Envelope::key),
            consumer: handled.consumer,
            verdict: handled.verdict,
            attempt: handled.attempt,
            elapsed: handled.elapsed,
            reason: handled.reason.map(ToOwned::to_owned),
        });
    }
}

/// The bus, with a note of what is published on it.
pub(super) struct Noted {
    bus: Arc<Bus>,
    ledger: Arc<Ledger>,
}

impl Noted {
    pub(super) fn new(bus: Arc<Bus>, ledger: Arc<Ledger>) -> Self {
        Self { bus, ledger }
    }
}

#[async_trait]
impl Publish for Noted {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        events.iter().for_each(|event| self.ledger.note(event));
        self.bus.publish(events).await
    }
}

#[async_trait]
impl Bring for Noted {
    async fn bring(&self, event: &Envelope) -> Result<Landing, TransportError> {
        self.ledger.note(event);
        self.bus.bring(event).await
    }
}
