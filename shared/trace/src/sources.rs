//! Where what is known is kept.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use tidings_aws::{idempotency::IdempotencyTable, outbox::Outbox};
use tidings_catalogue::Document;
use tidings_core::catalogue::{EVENTS, IDEMPOTENCY, OUTBOX};

use crate::{audit::AuditLog, found::DeadLetter};

/// Where to look: of one system, in one place.
#[derive(Clone)]
pub struct Sources {
    pub(crate) document: Document,
    pub(crate) records: IdempotencyTable,
    /// The outbox and the event store.
    pub(crate) stores: [Outbox; 2],
    pub(crate) audit: Option<AuditLog>,
    pub(crate) letters: Arc<dyn Letters>,
}

/// The real names of the tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The idempotency records.
    pub idempotency: String,
    /// The outbox.
    pub outbox: String,
    /// The event store.
    pub events: String,
    /// The audit log, where the system keeps one.
    pub audit: Option<String>,
}

/// The dead letters of a system.
#[async_trait]
pub trait Letters: Send + Sync {
    /// The letters of these consumers.
    async fn letters(&self, consumers: &BTreeSet<String>) -> Read;
}

/// The letters that were read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The letters.
    pub letters: Vec<DeadLetter>,
    /// Why some could not be read, a reason a queue: what is in those is not known, and the trace
    /// says so.
    pub unread: Vec<String>,
}

/// Nobody has looked for letters.
#[async_trait]
impl Letters for () {
    async fn letters(&self, _: &BTreeSet<String>) -> Read {
        Read::default()
    }
}

impl Tables {
    /// As `named` calls the tables of this system.
    #[must_use]
    pub fn named(document: &Document, named: impl Fn(&str) -> String) -> Self {
        Self {
            idempotency: named(IDEMPOTENCY.name),
            outbox: named(OUTBOX.name),
            events: named(EVENTS.name),
            audit: AuditLog::among(&document.tables).map(|table| named(&table.name)),
        }
    }
}

impl Sources {
    /// The sources of a system: its tables at this DynamoDB, and its letters.
    #[must_use]
    pub fn new(
        document: Document,
        dynamodb: &aws_sdk_dynamodb::Client,
        tables: Tables,
        letters: Arc<dyn Letters>,
    ) -> Self {
        let described = AuditLog::among(&document.tables).cloned();
        let audit = described
            .zip(tables.audit)
            .and_then(|(table, name)| AuditLog::of(dynamodb.clone(), &table, name));
        let store = |name: String| Outbox::new(dynamodb.clone(), name);
        Self {
            records: IdempotencyTable::new(dynamodb.clone(), tables.idempotency),
            stores: [store(tables.outbox), store(tables.events)],
            document,
            audit,
            letters,
        }
    }
}
