//! Which event was caused by which, and by which consumer's doing.

use std::collections::BTreeMap;

use tidings_catalogue::Document;
use tidings_core::{Envelope, causation::is_stated_by};

use crate::found::Found;

/// The edges of the tree.
pub(super) struct Causes {
    /// The keys of the events that nothing among what was found has caused.
    pub(super) heads: Vec<String>,
    /// The keys of the events that were caused, by the key of their cause and the consumer that has
    /// stated them.
    effects: BTreeMap<(String, Option<String>), Vec<String>>,
}

impl Causes {
    pub(super) fn among(document: &Document, found: &Found) -> Self {
        let mut causes = Self {
            heads: Vec::new(),
            effects: BTreeMap::new(),
        };
        let mut by_id: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for key in found.events.keys() {
            let id = key.rsplit_once('#').map_or(key.as_str(), |(_, id)| id);
            by_id.entry(id).or_default().push(key);
        }
        for (key, event) in &found.events {
            let envelope = event.envelope.as_ref();
            let cause = envelope.and_then(|envelope| envelope.causationid.as_deref());
            let parents = cause
                .and_then(|cause| by_id.get(cause))
                .filter(|_| cause.is_some());
            let parents: Vec<_> = parents
                .into_iter()
                .flatten()
                .filter(|parent| **parent != key)
                .collect();
            match (envelope, parents.first()) {
                (Some(envelope), Some(first)) => {
                    let stated = parents.iter().find_map(|parent| {
                        let consumer = stated_by(document, envelope, parent)?;
                        Some(((**parent).clone(), Some(consumer)))
                    });
                    let edge = stated.unwrap_or_else(|| {
                        let consumer = guessed(document, found, envelope, first);
                        ((**first).clone(), consumer)
                    });
                    causes.effects.entry(edge).or_default().push(key.clone());
                }
                _ => causes.heads.push(key.clone()),
            }
        }
        causes
    }

    /// What a consumer has stated because of an event; or what it has caused, and nobody knows by
    /// whose doing.
    pub(super) fn of(&self, cause: &str, consumer: Option<&str>) -> &[String] {
        let edge = (cause.to_owned(), consumer.map(ToOwned::to_owned));
        self.effects.get(&edge).map_or(&[], Vec::as_slice)
    }
}

/// Whose doing it is: the event's id is derived of it.
fn stated_by(document: &Document, event: &Envelope, cause: &str) -> Option<String> {
    let consumers = document.consumers.iter();
    let consumer = consumers.into_iter().find(|consumer| {
        let states = consumer.publishes.iter().any(|one| one.name == event.event_type);
        states && is_stated_by(&event.id, &consumer.name, cause)
    });
    consumer.map(|consumer| consumer.name.clone())
}

/// Whose doing it may be, where its id does not say so: one that takes the cause, is of the service
/// that states the event, and states such.
fn guessed(document: &Document, found: &Found, event: &Envelope, cause: &str) -> Option<String> {
    let taken = found.events.get(cause)?.envelope.as_ref()?.event_type.as_str();
    let mut able = document.consumers.iter().filter(|consumer| {
        let takes = consumer.takes.event(taken) || consumer.takes.command() == Some(taken);
        let states = consumer.publishes.iter().any(|one| one.name == event.event_type);
        takes && states && event.source == format!("/{}", consumer.service)
    });
    match (able.next(), able.next()) {
        (Some(one), None) => Some(one.name.clone()),
        _ => None,
    }
}
