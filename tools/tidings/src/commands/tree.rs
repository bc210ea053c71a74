//! The tree of events and consumers: which event caused which, and what every consumer did with each.

use std::fmt;

use serde::Serialize;
use tidings_aws::{ConsumerEntry, System, observe::Verdict};
use tidings_core::{
    Envelope,
    consumer::{Declared, guarantee},
};

use crate::local::{Entry, Ledger};

/// The chains that a ledger holds.
#[derive(Debug, Serialize)]
pub struct Tree(Vec<EventNode>);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EventNode {
    event: String,
    r#type: String,
    subject: Option<String>,
    consumers: Vec<ConsumerNode>,
}

/// What a consumer did with an event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsumerNode {
    consumer: &'static str,
    status: &'static str,
    /// How often it was done; once is right, or for a natural consumer as often as the event came.
    done: usize,
    duplicates: usize,
    attempts: u32,
    elapsed_ms: f64,
    error: Option<String>,
    /// It may take an event more than once: that leaves the same.
    #[serde(skip)]
    natural: bool,
    caused: Vec<EventNode>,
}

impl Tree {
    /// The tree of everything that was published.
    pub fn of(system: &System, ledger: &Ledger) -> Self {
        let (published, entries) = (ledger.published(), ledger.entries());
        let heads = published.iter().filter(|event| event.causationid.is_none());
        Self(
            heads
                .map(|event| EventNode::of(event, system, &published, &entries))
                .collect(),
        )
    }

    /// Every consumer that did not do its work exactly once.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.0.iter().for_each(|event| event.faults(&mut faults));
        if self.0.is_empty() {
            faults.push("no event was published".to_owned());
        }
        faults
    }
}

impl EventNode {
    fn of(event: &Envelope, system: &System, published: &[Envelope], entries: &[Entry]) -> Self {
        let takers = system
            .consumers()
            .iter()
            .map(ConsumerEntry::declared)
            .filter(|consumer| consumer.takes.matches(&event.event_type));
        Self {
            event: event.key(),
            r#type: event.event_type.clone(),
            subject: event.subject.clone(),
            consumers: takers
                .map(|consumer| ConsumerNode::of(consumer, event, system, published, entries))
                .collect(),
        }
    }

    fn faults(&self, faults: &mut Vec<String>) {
        for consumer in &self.consumers {
            let once = consumer.done == 1 || (consumer.natural && consumer.done > 1);
            if !once || consumer.status != Verdict::Done.as_str() {
                let (name, count) = (consumer.consumer, consumer.done);
                faults.push(format!(
                    "{name} did {} {count} times ({})",
                    self.r#type, consumer.status
                ));
            }
            consumer.caused.iter().for_each(|event| event.faults(faults));
        }
    }
}

impl ConsumerNode {
    fn of(
        consumer: &Declared,
        event: &Envelope,
        system: &System,
        published: &[Envelope],
        entries: &[Entry],
    ) -> Self {
        let key = Some(event.key());
        let own: Vec<_> = entries
            .iter()
            .filter(|e| e.consumer == consumer.name && e.event == key)
            .collect();
        let count = |verdict| own.iter().filter(|entry| entry.verdict == verdict).count();
        let done = own.iter().find(|entry| entry.verdict == Verdict::Done);
        let shown = done.or(own.last());
        let source = format!("/{}", consumer.service);
        let caused = published.iter().filter(|caused| {
            caused.causationid.as_deref() == Some(event.id.as_str())
                && caused.source == source
                && consumer
                    .publishes
                    .iter()
                    .any(|emitted| emitted.name == caused.event_type)
        });
        Self {
            consumer: consumer.name,
            status: shown.map_or("not delivered", |entry| entry.verdict.as_str()),
            done: count(Verdict::Done),
            duplicates: count(Verdict::Duplicate),
            attempts: own.iter().map(|entry| entry.attempt).max().unwrap_or(0),
            elapsed_ms: shown.map_or(0.0, |entry| entry.elapsed.as_secs_f64() * 1e3),
            error: shown.and_then(|entry| entry.reason.clone()),
            natural: consumer.guarantee == guarantee::Kind::Natural,
            caused: caused
                .map(|event| EventNode::of(event, system, published, entries))
                .collect(),
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|event| write!(f, "{}", drawn(event)))
    }
}

fn drawn(event: &EventNode) -> termtree::Tree<String> {
    let subject = event.subject.as_deref().unwrap_or("-");
    let consumers = event.consumers.iter().map(|consumer| {
        let duplicates = match consumer.duplicates {
            0 if consumer.done > 1 => format!("  (taken {} times, which leaves the same)", consumer.done),
            0 => String::new(),
            1 => "  (1 duplicate recognised)".to_owned(),
            many => format!("  ({many} duplicates recognised)"),
        };
        let error = consumer
            .error
            .as_ref()
            .map(|error| format!("  {error}"))
            .unwrap_or_default();
        let line = format!(
            "{:<26} {:<10} attempts {}  {:>7.1} ms{duplicates}{error}",
            consumer.consumer, consumer.status, consumer.attempts, consumer.elapsed_ms
        );
        termtree::Tree::new(line).with_leaves(consumer.caused.iter().map(drawn))
    });
    termtree::Tree::new(format!("{}  {subject}", event.r#type)).with_leaves(consumers)
}
