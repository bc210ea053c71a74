//! The trail of an event: what every consumer's record of it says, for who asks what became of it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tidings_core::{Failure, protocol::Status};

use super::{
    IdempotencyTable,
    item::{self, Item, time},
};

/// What a consumer's record says of an event. What it does not say is not known: a natural consumer
/// keeps none of a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// The consumer's name.
    pub consumer: String,
    /// How far it is.
    pub status: Status,
    /// How often it was claimed.
    pub attempts: u32,
    /// When the message was first sent.
    pub sent: Option<Timestamp>,
    /// When the first try began. Of a transactional consumer that succeeds, when its one write was
    /// made.
    pub begun: Option<Timestamp>,
    /// When the last try began.
    pub claimed: Option<Timestamp>,
    /// When it was completed. Of a transactional consumer that is when it was claimed: it is one
    /// write.
    pub completed: Option<Timestamp>,
    /// Until when the last try alone may work on it, if it was claimed for that.
    pub lease_until: Option<Timestamp>,
    /// When the message comes back after a failure, unless its queue was not told.
    pub next_try: Option<Timestamp>,
    /// When a try first failed.
    pub first_failed: Option<Timestamp>,
    /// What the first failed try said.
    pub first_error: Option<String>,
    /// What the latest failed try said.
    pub last_error: Option<String>,
    /// When the record stops to count.
    pub expires: Timestamp,
}

impl IdempotencyTable {
    /// The records that there are of an event (`Envelope::key`), by the consumers' names; strongly
    /// consistent.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn trails(&self, event: &str) -> Result<Vec<Trail>, Failure> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .key_condition_expression("event = :event")
            .expression_attribute_values(":event", AttributeValue::S(event.to_owned()))
            .consistent_read(true);
        let items = query.into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await?;
        // What else has such a key is no record: an answer that is kept for a request.
        Ok(items.iter().filter_map(trail).collect())
    }
}

fn trail(item: &Item) -> Option<Trail> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    let record = item::record(item)?;
    Some(Trail {
        consumer: text("consumer")?,
        status: record.status,
        attempts: record.attempts,
        sent: time(item, "sent_at"),
        begun: time(item, "begun_at"),
        claimed: time(item, "claimed_at"),
        completed: time(item, "completed_at"),
        lease_until: time(item, "lease_until"),
        next_try: time(item, "next_try_at"),
        first_failed: record.first_failed,
        first_error: text("first_error"),
        last_error: record.last_error,
        expires: record.expires,
    })
}
