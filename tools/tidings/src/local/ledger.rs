//! What happened, kept for whoever asks: every event that was published, and every delivery's end.

use std::{
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

/// The ledger; it shows what it notes.
#[derive(Default)]
pub struct Ledger {
    terminal: Option<Terminal>,
    published: Mutex<Vec<Envelope>>,
    entries: Mutex<Vec<Entry>>,
}

impl Ledger {
    /// A ledger that shows everything on `terminal` as it happens.
    pub fn shown_on(terminal: Terminal) -> Self {
        Self {
            terminal: Some(terminal),
            ..Self::default()
        }
    }

    /// Every event that was published, in the order of its first publication.
    pub fn published(&self) -> Vec<Envelope> {
        self.published
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Every delivery's end, in order.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How the last delivery of this event to this consumer ended.
    pub fn end_of(&self, consumer: &str, event: &Envelope) -> Option<Entry> {
        let (entries, event) = (self.entries(), event.key());
        let own = |entry: &Entry| entry.consumer == consumer && entry.event.as_deref() == Some(&event);
        entries.into_iter().rfind(own)
    }

    fn note(&self, event: &Envelope) {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if !published.iter().any(|known| known.key() == event.key()) {
            published.push(event.clone());
        }
        if let Some(terminal) = &self.terminal {
            terminal.published(event);
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
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Entry {
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
