//! DynamoDB tables, and those that every system has.

use serde::Serialize;

/// A DynamoDB table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The table's name in the system, without a stage's prefix.
    pub name: &'static str,
    /// The service that owns it.
    pub service: &'static str,
    /// The partition key's name; a string.
    pub partition_key: &'static str,
    /// The sort key's name, if it has one; a string.
    pub sort_key: Option<&'static str>,
    /// The attribute that says when an item expires, in seconds since 1970.
    pub expiry: Option<&'static str>,
    /// Whether changes of the table are streamed (new images).
    pub stream: bool,
    /// Other orders of its items.
    pub indexes: &'static [Index],
}

/// A sparse index of a table: it holds, by keys of their own, those items that have both of its attributes. It follows the table a little
/// later, and cannot be read strongly consistent (AWS: DynamoDB, global secondary indexes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The index's name.
    pub name: &'static str,
    /// The attribute that is its partition key; a string.
    pub partition_key: &'static str,
    /// The attribute that is its sort key; a string.
    pub sort_key: &'static str,
    /// What it holds of an item besides the keys of the index and of the table.
    pub includes: &'static [&'static str],
}

impl Table {
    /// A table with this partition key and nothing else.
    #[must_use]
    pub const fn new(name: &'static str, service: &'static str, partition_key: &'static str) -> Self {
        Self {
            name,
            service,
            partition_key,
            sort_key: None,
            expiry: None,
            stream: false,
            indexes: &[],
        }
    }

    /// It has this sort key.
    #[must_use]
    pub const fn sorted_by(self, sort_key: &'static str) -> Self {
        Self {
            sort_key: Some(sort_key),
            ..self
        }
    }

    /// Its items expire at the time that this attribute says, in seconds since 1970.
    #[must_use]
    pub const fn expiring_by(self, attribute: &'static str) -> Self {
        Self {
            expiry: Some(attribute),
            ..self
        }
    }

    /// Its changes are streamed.
    #[must_use]
    pub const fn streamed(self) -> Self {
        Self { stream: true, ..self }
    }

    /// It has these indexes.
    #[must_use]
    pub const fn indexed_by(self, indexes: &'static [Index]) -> Self {
        Self { indexes, ..self }
    }
}

/// The idempotency table that all consumers share.
pub const IDEMPOTENCY: Table = Table::new("idempotency", "platform", "event")
    .sorted_by("consumer")
    .expiring_by("expires");

/// What is to be published, by the time since when it is: the index of the outbox and of the event store.
pub const PENDING: Index = Index {
    name: "pending",
    partition_key: "pending",
    sort_key: "since",
    includes: &[],
};

/// The outbox: events that are committed and yet to be published. Its partition key is the aggregate, its sort
/// key the event's place in the aggregate's history.
pub const OUTBOX: Table = Table::new("outbox", "platform", "aggregate_key")
    .sorted_by("position")
    .expiring_by("expires")
    .streamed()
    .indexed_by(&[PENDING]);

/// The event store: the events of aggregates whose state they are, for good. Its partition key is the aggregate, its sort key the
/// version.
pub const EVENTS: Table = Table::new("events", "platform", "aggregate_key")
    .sorted_by("position")
    .streamed()
    .indexed_by(&[PENDING]);

/// The keys of persons, with which what events hold of them is sealed.
pub const PERSON_KEYS: Table = Table::new("person-keys", "platform", "person");

/// Snapshots of aggregates: what their events had made of them at some versions. Its partition key is the aggregate, its sort key where
/// in the history.
pub const SNAPSHOTS: Table = Table::new("snapshots", "platform", "aggregate_key").sorted_by("position");

/// What operators have done with dead letters: the letters themselves as they were, each act, and who is at work on which queue
/// (`tidings-operations`). No function touches it.
pub const OPERATIONS: Table = Table::new("operations", "platform", "item")
    .sorted_by("part")
    .expiring_by("expires");
