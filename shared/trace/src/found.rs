//! What was found, before it is a tree.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tidings_aws::{idempotency::Trail, outbox::Standing};
use tidings_core::Envelope;

/// Events, and what is known of each.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// By their keys.
    pub events: BTreeMap<String, FoundEvent>,
    /// What else is to be known.
    pub remarks: Vec<String>,
}

/// An event, and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct FoundEvent {
    /// Itself; none where it is known by its records alone.
    pub envelope: Option<Envelope>,
    /// Whether it is in an outbox or an event store, still to be published.
    pub pending: bool,
    /// When it was published, where an outbox or an event store says so.
    pub published: Option<Timestamp>,
    /// Somebody has received it from the topic: the audit log holds it.
    pub logged: bool,
    /// What consumers' records say.
    pub trails: Vec<Trail>,
    /// Its letters.
    pub letters: Vec<DeadLetter>,
}

/// A letter in a dead-letter queue.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Its id there.
    pub id: String,
    /// Whose it is.
    pub consumer: String,
    /// The event's key; none of what is no event.
    pub event: Option<String>,
    /// The event, where the body is one.
    pub envelope: Option<Envelope>,
    /// Why it is a letter.
    pub reason: String,
    /// How often it was tried before, where the letter says so.
    pub attempts: Option<u32>,
    /// When it was sent there.
    pub sent: Option<Timestamp>,
}

impl Found {
    /// An event of this key, which is known from now on.
    pub fn event(&mut self, key: impl Into<String>) -> &mut FoundEvent {
        self.events.entry(key.into()).or_default()
    }

    /// An event that some store holds.
    pub fn holds(&mut self, envelope: Envelope) -> &mut FoundEvent {
        let event = self.event(envelope.key());
        event.envelope.get_or_insert(envelope);
        event
    }

    /// An event of an outbox or an event store.
    pub fn stands(&mut self, standing: Standing) {
        let event = self.holds(standing.event);
        event.pending |= standing.pending;
        event.published = event.published.or(standing.published);
    }
}
