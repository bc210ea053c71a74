//! The event store: aggregates whose state is their events, in DynamoDB.
//!
//! One item an event: partition key the aggregate (`account#acc-1`), sort key its version; the data of a very large one is in items beside it
//! ([`outbox`](crate::outbox)). An append puts the next version under the
//! condition that it is not there yet, which is all the concurrency control that is needed: of two that decided on the same state, one is
//! refused, decides again on what is true now, and is refused or done.
//!
//! [`history`] reads one aggregate, [`scan`] all of them; [`work`] writes: as many aggregates as a decision concerns, in one transaction. So that a
//! long history need not be read from its beginning, a [`snapshotter`] on the table's stream keeps [`snapshots`] of the states.

mod history;
mod scan;
mod snapshots;
mod snapshotter;
mod work;

use std::{fmt, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    types::{Put, TransactWriteItem, builders::PutBuilder},
};
use tidings_core::{
    Aggregate, Clock, Entropy, Envelope, Failure, Version,
    catalogue::EVENTS,
    clock::{SystemClock, SystemEntropy},
};

pub use history::AsOf;
pub(crate) use history::unreadable;
pub use scan::{Page, Scan, Segment};
pub use snapshots::Taken;
pub use snapshotter::{EVERY, Kinds, Snapshotter};
pub use work::{Attempted, Author, Decided, Retried, Work, WorkError};

use crate::{
    outbox::{self, Outbox},
    personal::{self, Keyring},
};

/// The table of events.
#[derive(Clone)]
pub struct EventStore {
    dynamodb: Client,
    name: String,
    snapshots: Option<String>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keyring: Option<Arc<Keyring>>,
}

impl EventStore {
    /// The table of this name, with the machine's clock and entropy.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
            snapshots: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            keyring: None,
        }
    }

    /// Reads what there are of snapshots, from the table of this name.
    #[must_use]
    pub fn with_snapshots(self, name: impl Into<String>) -> Self {
        Self {
            snapshots: Some(name.into()),
            ..self
        }
    }

    /// Events happen when this clock says, and their ids come from this chance.
    #[must_use]
    pub fn with(self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            ..self
        }
    }

    /// Seals the personal values of what is written with these keys, and opens those of what is loaded. Without them a state is made of
    /// events as they are stored, and one with personal values cannot be written.
    #[must_use]
    pub fn with_keyring(self, keyring: Option<Arc<Keyring>>) -> Self {
        Self { keyring, ..self }
    }

    /// Seals the personal values of an event that is to be kept elsewhere until it is true.
    ///
    /// # Errors
    /// As [`personal::seal`].
    pub async fn seal(&self, event: Envelope) -> Result<Envelope, Failure> {
        personal::seal_one(self.keyring.as_deref(), event).await
    }

    /// What the relay and the sweeper publish from it.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        Outbox::of(self.dynamodb.clone(), &self.name, &EVENTS)
    }
}

/// An event as writes of one transaction.
pub(crate) struct Append {
    /// Itself, where no event is yet.
    pub(crate) event: TransactWriteItem,
    /// The parts of its data, where it is too large for one item. What holds of the event holds of them: they have no condition of their own.
    pub(crate) parts: Vec<TransactWriteItem>,
}

/// Puts an event into the table of events of this name.
///
/// # Errors
/// What is left of it without its data is too large for an item: permanent.
pub(crate) fn append(table: &str, event: &Envelope) -> Result<Append, Failure> {
    let put = |item| Put::builder().table_name(table).set_item(Some(item));
    let written = |put: PutBuilder| {
        let put = put.build().expect("table and item are set");
        TransactWriteItem::builder().put(put).build()
    };
    let version = event.aggregateversion.unwrap_or_default();
    let (event, parts) = outbox::split(event)?;
    let first = put(outbox::item(&event, position(version)))
        .condition_expression("attribute_not_exists(aggregate_key)");
    Ok(Append {
        event: written(first),
        parts: parts.into_iter().map(|part| written(put(part))).collect(),
    })
}

impl fmt::Debug for EventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStore")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn key_of<A: Aggregate>(id: &str) -> String {
    outbox::aggregate_key(A::TYPE, id)
}

/// A version as a sort key: strings sort as the numbers do.
fn position(version: Version) -> String {
    format!("{version:010}")
}
