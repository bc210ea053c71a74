//! The world as `tidings-trace` sees it: a system with a catalogue, an audit log and dead letters.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use serde_json::json;
use tidings_bus::Bus;
use tidings_catalogue::Document;
use tidings_core::{
    Envelope,
    catalogue::{Index, Table, consumer},
    consumer::Declared,
};
use tidings_trace::{DeadLetter, Letters, Read, Sources, Tables};

use crate::{
    consumers::{Look, Ring, Tally},
    pouring::HandlePour,
    shelf::Show,
};

/// Every event that is asked for, as a system's own consumer keeps it.
pub(crate) const AUDIT_LOG: Table = Table::new("audit-log", "simulator", "event")
    .sorted_by("part")
    .indexed_by(&[BY_CORRELATION, BY_SUBJECT]);

const BY_CORRELATION: Index = Index {
    name: "by-correlation",
    partition_key: "correlation_id",
    sort_key: "happened_at",
    includes: &[],
};

const BY_SUBJECT: Index = Index {
    name: "by-subject",
    partition_key: "subject",
    sort_key: "happened_at",
    includes: &["correlation_id"],
};

/// Where a trace looks.
pub(crate) fn sources(dynamodb: &Client, bus: &Arc<Bus>) -> Sources {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    let document = DOCUMENT.get_or_init(document);
    let tables = Tables::named(document, ToOwned::to_owned);
    Sources::new(
        document.clone(),
        dynamodb,
        tables,
        Arc::new(OfTheBus(bus.clone())),
    )
}

fn document() -> Document {
    let consumers = [
        Declared::by::<Tally>(),
        Declared::by::<Ring>(),
        Declared::by::<Look>(),
        Declared::by::<Show>(),
        Declared::by::<HandlePour>(),
    ];
    let contracts = [("thing.happened", "thing"), ("thing.tallied", "thing")];
    let contracts = contracts.map(|(name, aggregate)| json!({ "type": name, "aggregate": aggregate }));
    let document = json!({
        "system": "simulator",
        "tables": [AUDIT_LOG],
        "consumers": consumers.iter().map(consumer).collect::<Vec<_>>(),
        "contracts": contracts,
    });
    Document::read(&document.to_string()).expect("it is a catalogue")
}

/// The dead letters of the bus.
struct OfTheBus(Arc<Bus>);

#[async_trait]
impl Letters for OfTheBus {
    async fn letters(&self, consumers: &BTreeSet<String>) -> Read {
        let mut read = Read::default();
        for name in consumers {
            let Ok(dead) = self.0.dead_letters(name) else {
                read.unread.push(format!("{name} is not subscribed"));
                continue;
            };
            read.letters.extend(dead.into_iter().map(|dead| {
                let envelope = Envelope::parse(&dead.body).ok();
                let letter = dead.letter.as_ref();
                DeadLetter {
                    id: letter.map_or_else(String::new, |letter| letter.message_id.clone()),
                    consumer: name.clone(),
                    event: envelope.as_ref().map(Envelope::key),
                    reason: letter
                        .map_or_else(|| "received too often".to_owned(), |letter| letter.reason.clone()),
                    attempts: letter.map(|letter| letter.attempts),
                    sent: None,
                    envelope,
                }
            }));
        }
        read
    }
}
