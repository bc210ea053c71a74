//! The outbox: events that are committed with the state that they tell of, and published afterwards.
//!
//! An entry is one item: partition key the aggregate, sort key its place in the aggregate's history. Until it is published it has the
//! attributes `pending` and `since`, the keys of a sparse index in which the sweeper finds what was left over; the index is spread
//! over sixteen partitions by the aggregate, so that no one of them takes every write.
//!
//! [`Outbox::upcoming`] reads the first of what an aggregate has to publish, in order, and [`Outbox::pending`] the same for a relay, which reads no more than that; [`Outbox::mark_published`] takes an entry
//! out of the index. The event store keeps its events in the same shape: there an entry stays when it has been published, and here it expires. Of an event
//! that is too large for an item it keeps the data in [`parts`], which [`Outbox::whole`] puts together.

mod entry;
mod parts;
mod pending;
mod standing;

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, Put, TransactWriteItem},
};
use futures::FutureExt as _;
use jiff::Timestamp;
use tidings_core::{Envelope, Failure, catalogue::Table};

pub(crate) use entry::{AGGREGATE_KEY, aggregate_key, event, item};
pub use entry::{Entry, Place};
pub(crate) use parts::{count, split};
pub use pending::Upcoming;
pub use standing::{Standing, Unpublished};

use crate::{idempotency::Effect, left_over::LeftOvers};

/// How long a published entry is kept, for whoever wants to look: a week.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A table whose items are events that are to be published.
#[derive(Debug, Clone)]
pub struct Outbox {
    dynamodb: Client,
    name: String,
    kept: Option<Duration>,
}

impl Outbox {
    /// The outbox table of this name: its entries expire a week after they were published.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
            kept: Some(KEPT),
        }
    }

    /// The table `name` that the catalogue describes so: in a table whose items expire, an entry does a week after it was published; in
    /// another (the event store) it is kept for good.
    #[must_use]
    pub fn of(dynamodb: Client, name: impl Into<String>, table: &Table) -> Self {
        Self {
            kept: table.expiry.map(|_| KEPT),
            ..Self::new(dynamodb, name)
        }
    }

    /// Puts an event into the outbox, as an action of the transaction that makes it true.
    #[must_use]
    pub fn enter(&self, event: &Envelope) -> Effect {
        // Events of one aggregate may come from several consumers, and none of them knows of the others' numbers.
        let position = format!("{}#{}", entry::position(event), event.id);
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item(event, position)))
            .build()
            .expect("table and item are set");
        Effect {
            action: TransactWriteItem::builder().put(put).build(),
            otherwise: None,
        }
    }

    /// An event of this table with its data, where that is in parts; any other as it is.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or some part is not there: transient. When they make no JSON: permanent.
    pub async fn whole(&self, event: Envelope) -> Result<Envelope, Failure> {
        // Boxed: within the SDK's futures the compiler's limits are near.
        parts::whole(&self.dynamodb, &self.name, event).boxed().await
    }

    /// The entries that have been pending since `before` or longer ([`Place::of`] says where), the oldest first.
    #[must_use]
    pub fn left_over(&self, before: Timestamp) -> LeftOvers {
        LeftOvers::of(self.dynamodb.clone(), &self.name, before)
    }

    /// Marks an entry as published. One that is gone stays gone.
    ///
    /// # Errors
    /// When DynamoDB does not answer: the event will be published again, which consumers recognise.
    pub async fn mark_published(&self, place: &Place, now: Timestamp) -> Result<(), Failure> {
        let number = |value: i64| AttributeValue::N(value.to_string());
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(place.key()))
            .condition_expression("attribute_exists(aggregate_key)")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        let update = match self.kept.and_then(|kept| now.checked_add(kept).ok()) {
            Some(expires) => update
                .update_expression("SET published_at = :now, expires = :expires REMOVE pending, since")
                .expression_attribute_values(":expires", number(expires.as_second())),
            None => update.update_expression("SET published_at = :now REMOVE pending, since"),
        };
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(()),
                error => Err(error.into()),
            },
        }
    }
}
