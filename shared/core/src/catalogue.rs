//! The catalogue: the whole system as data, made from the code's own declarations. The infrastructure is made
//! from it, so subscriptions, filters, time-outs and permissions cannot drift from the code.

mod endpoint;
mod platform;
mod resource;
mod schedule;
mod settings;
mod table;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Takes,
    consumer::{Declared, Repeat},
    contract::Contract,
};
pub use endpoint::{Callers, DeclaredEndpoint, Endpoint, Header, IdempotencyKey, Link, endpoint};
pub use platform::{reaper, relay, snapshotter, sweeper};
pub use resource::{Access, Parameter, Resource};
pub use schedule::{DeclaredSchedule, Scheduled, scheduled};
pub use settings::{DEAD_LETTER_RETENTION, FIFO_RETENTION, RECEIVES, RETENTION, Settings};
pub use table::{EVENTS, IDEMPOTENCY, Index, OPERATIONS, OUTBOX, PENDING, PERSON_KEYS, SNAPSHOTS, Table};

/// The whole system.
#[derive(Debug, Clone, Serialize)]
pub struct Catalogue {
    /// The system's name, which begins the names of its shared resources.
    pub system: &'static str,
    /// All tables.
    pub tables: Vec<&'static Table>,
    /// All publishers.
    pub publishers: Vec<Value>,
    /// All queries.
    pub queries: Vec<Value>,
    /// All consumers.
    pub consumers: Vec<Value>,
    /// The functions on a table's stream.
    pub relays: Vec<Value>,
    /// The functions that publish, by a schedule, what a relay has left over.
    pub sweepers: Vec<Value>,
    /// The functions that delete, by a schedule, the reply queues that nobody owns any more.
    pub reapers: Vec<Value>,
    /// The functions on the event store's stream that keep snapshots.
    pub snapshotters: Vec<Value>,
    /// The other functions that run by a schedule.
    pub scheduled: Vec<Value>,
    /// What is agreed on of each event, command and answer.
    pub contracts: Vec<Contract>,
}

/// What the catalogue says of a consumer.
#[must_use]
pub fn consumer(consumer: &Declared) -> Value {
    let settings = &consumer.settings;
    let fifo = consumer.command().is_some();
    json!({
        "name": consumer.name,
        "service": consumer.service,
        "guarantee": consumer.guarantee.as_str(),
        "repeat": consumer.repeat.map(Repeat::as_str),
        "takes": consumer.takes,
        "filter": filter(&consumer.takes),
        "events": consumer.reads,
        "publishes": consumer.publishes,
        "claimCheck": consumer.claim_check,
        "timeoutSeconds": settings.timeout.as_secs(),
        "memoryMb": settings.memory_mb,
        "batchSize": settings.batch_size,
        "maximumConcurrency": settings.maximum_concurrency,
        "visibilityTimeoutSeconds": settings.visibility_timeout().as_secs(),
        "maxReceiveCount": RECEIVES,
        "retentionSeconds": if fifo { FIFO_RETENTION } else { RETENTION }.as_secs(),
        "deadLetterRetentionSeconds": DEAD_LETTER_RETENTION.as_secs(),
        "uses": consumer.uses,
    })
}

/// The SNS filter policy over message attributes; none lets everything through. It never names a version.
#[must_use]
pub fn filter(takes: &Takes) -> Option<Value> {
    match takes {
        Takes::Types(types) => Some(json!({ "type": types })),
        Takes::Prefix(prefix) => Some(json!({ "type": [{ "prefix": prefix }] })),
        Takes::All | Takes::Command(_) => None,
    }
}
