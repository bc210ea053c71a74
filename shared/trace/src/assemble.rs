//! Making the tree of what was found: pure, so that it is the same for whoever found it.

mod causes;
mod judge;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use tidings_aws::idempotency::Trail;
use tidings_catalogue::{
    Document,
    document::{Consumer, ContractKind, Guarantee},
};

use crate::{
    Query,
    ended::Publication,
    found::{Found, FoundEvent},
    tree::{Delivery, Event, Trace},
};
use causes::Causes;
use judge::Judge;

/// Makes the tree: of events, what each consumer of the catalogue did with them as of `now`, and
/// what came of it.
#[must_use]
pub fn assemble(document: &Document, found: Found, query: &Query, now: Timestamp) -> Trace {
    let causes = Causes::among(document, &found);
    let mut making = Making {
        document,
        found: &found,
        causes: &causes,
        query,
        now,
        made: BTreeSet::new(),
    };
    let mut events: Vec<_> = causes.heads.iter().map(|key| making.event(key)).collect();
    // Events that have caused each other have no head: no chain of this system has such, but
    // others' might.
    for key in found.events.keys() {
        if !making.made.contains(key.as_str()) {
            events.push(making.event(key));
        }
    }
    events.sort_by(|one, other| (one.stated, &one.key).cmp(&(other.stated, &other.key)));
    Trace {
        of: query.of.clone(),
        at: now,
        events,
        remarks: found.remarks.clone(),
    }
}

struct Making<'f> {
    document: &'f Document,
    found: &'f Found,
    causes: &'f Causes,
    query: &'f Query,
    now: Timestamp,
    made: BTreeSet<String>,
}

impl<'f> Making<'f> {
    fn event(&mut self, key: &str) -> Event {
        self.made.insert(key.to_owned());
        let found = self.found;
        let event = &found.events[key];
        let publication = self.publication(event);
        let caused = self.causes.of(key, None).to_vec();
        let consumers = self.consumers(event).into_iter();
        let mut consumers: Vec<_> = consumers
            .map(|(name, consumer)| self.delivery(key, event, publication, &name, consumer))
            .collect();
        // By when they began; a stable sort leaves the catalogue's order where nothing says when.
        consumers.sort_by_key(|delivery| delivery.begun.unwrap_or(Timestamp::MAX));
        let envelope = event.envelope.as_ref();
        Event {
            key: key.to_owned(),
            r#type: envelope.map(|envelope| envelope.event_type.clone()),
            subject: envelope.and_then(|envelope| envelope.subject.clone()),
            correlation: envelope.map(|envelope| envelope.correlation_id().to_owned()),
            cause: envelope.and_then(|envelope| envelope.causationid.clone()),
            stated: envelope.and_then(|envelope| envelope.time),
            publication,
            consumers,
            caused: self.effects(&caused),
        }
    }

    fn effects(&mut self, keys: &[String]) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for key in keys {
            if !self.made.contains(key) {
                events.push(self.event(key));
            }
        }
        events.sort_by(|one, other| (one.stated, &one.key).cmp(&(other.stated, &other.key)));
        events
    }

    /// Who should have done something with an event, or has: by the catalogue, then by its records
    /// and letters.
    fn consumers(&self, event: &FoundEvent) -> Vec<(String, Option<&'f Consumer>)> {
        let document = self.document;
        let mut consumers: Vec<(String, Option<&'f Consumer>)> = Vec::new();
        let takes = |consumer: &&Consumer| {
            event.envelope.as_ref().is_some_and(|envelope| {
                let name = envelope.event_type.as_str();
                match self.is_command(name) {
                    true => consumer.takes.command() == Some(name),
                    false => consumer.takes.event(name),
                }
            })
        };
        let taking = document.consumers.iter().filter(takes);
        consumers.extend(taking.map(|consumer| (consumer.name.clone(), Some(consumer))));
        let recorded = event.trails.iter().map(|trail| &trail.consumer);
        for name in recorded.chain(event.letters.iter().map(|letter| &letter.consumer)) {
            if !consumers.iter().any(|(known, _)| known == name) {
                let consumer = document.consumers.iter().find(|consumer| consumer.name == *name);
                consumers.push((name.clone(), consumer));
            }
        }
        consumers
    }

    fn delivery(
        &mut self,
        key: &str,
        event: &FoundEvent,
        publication: Publication,
        name: &str,
        consumer: Option<&Consumer>,
    ) -> Delivery {
        let trail = event.trails.iter().find(|trail| trail.consumer == name);
        let letter = event.letters.iter().find(|letter| letter.consumer == name);
        let guarantee = consumer.map_or(Guarantee::Unknown, |consumer| consumer.guarantee);
        let judge = Judge {
            event,
            publication,
            guarantee,
            keeps_log: consumer.is_some_and(|consumer| judge::keeps_log(self.document, consumer)),
            lag: self.query.lag,
            now: self.now,
        };
        let caused = self.causes.of(key, Some(name)).to_vec();
        let told = letter.map(|letter| letter.reason.clone());
        Delivery {
            consumer: name.to_owned(),
            guarantee,
            ended: judge.ended(trail, letter),
            attempts: trail
                .map(|trail| trail.attempts)
                .or(letter.and_then(|letter| letter.attempts))
                .unwrap_or(0),
            sent: trail.and_then(|trail| trail.sent),
            begun: trail.and_then(begun),
            waited: trail.and_then(|trail| judge::between(trail.sent?, begun(trail)?)),
            took: trail
                .filter(|_| guarantee == Guarantee::Leased)
                .and_then(|trail| {
                    let (claimed, completed) = (trail.claimed?, trail.completed?);
                    judge::between(claimed, completed)
                }),
            first_error: trail.and_then(|trail| trail.first_error.clone()),
            last_error: trail.and_then(|trail| trail.last_error.clone()).or(told),
            caused: self.effects(&caused),
        }
    }

    fn publication(&self, event: &FoundEvent) -> Publication {
        let command = event
            .envelope
            .as_ref()
            .is_none_or(|envelope| self.is_command(&envelope.event_type));
        let out = event.logged || !event.trails.is_empty() || !event.letters.is_empty();
        match event.published {
            Some(at) => Publication::Published { at: Some(at) },
            None if command => Publication::Unknown,
            None if out => Publication::Published { at: None },
            None if event.pending => {
                let stated = event.envelope.as_ref().and_then(|envelope| envelope.time);
                let age = stated.and_then(|stated| judge::between(stated, self.now));
                Publication::Pending {
                    late: age.is_some_and(|age| age > self.query.lag),
                }
            }
            None => Publication::Published { at: None },
        }
    }

    fn is_command(&self, name: &str) -> bool {
        let contract = self.document.contract(name);
        contract.is_some_and(|contract| contract.kind == ContractKind::Command)
            || self
                .document
                .consumers
                .iter()
                .any(|consumer| consumer.takes.command() == Some(name))
    }
}

/// When the first try began. Records of before there was an attribute for it tell of the last one.
fn begun(trail: &Trail) -> Option<Timestamp> {
    trail.begun.or(trail.claimed)
}
