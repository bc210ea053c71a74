//! The outbox: an event that is committed with the state it tells of, and published afterwards by the relay.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, Put, TransactWriteItem},
};
use jiff::Timestamp;
use tidings_core::{Envelope, Failure};

use crate::idempotency::Effect;

/// How long a published entry is kept, in seconds: a week, for whoever wants to look.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The outbox table.
#[derive(Debug, Clone)]
pub struct Outbox {
    dynamodb: Client,
    name: String,
}

impl Outbox {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
        }
    }

    /// Puts an event into the outbox, as an action of the transaction that makes it true.
    #[must_use]
    pub fn enter(&self, event: &Envelope) -> Effect {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(key(event).into()))
            .item("envelope", AttributeValue::S(event.to_json()))
            .build()
            .expect("table and item are set");
        Effect {
            action: TransactWriteItem::builder().put(put).build(),
            otherwise: None,
        }
    }

    /// The events that are not marked as published, each aggregate's in order. This scans the table, which keeps what was
    /// published for a week: it is for a database without streams and with few entries, not for an account.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn waiting(&self) -> Result<Vec<Envelope>, Failure> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(&self.name)
            .consistent_read(true)
            .filter_expression("attribute_not_exists(published_at)")
            .into_paginator()
            .items();
        let entries = scan.send().collect::<Result<Vec<_>, _>>().await?;
        let text = |entry: &HashMap<String, AttributeValue>| entry.get("envelope")?.as_s().ok().cloned();
        let read = entries.iter().filter_map(text).filter_map(|text| {
            // Nothing helps it, and it must not hold up the others: it stays in the table, unpublished.
            let unreadable = |error| tracing::error!(%error, "an outbox entry cannot be read");
            Envelope::parse(&text).map_err(unreadable).ok()
        });
        Ok(read.collect())
    }

    /// Marks an event as published; the entry then expires. An entry that is gone stays gone.
    ///
    /// # Errors
    /// When DynamoDB does not answer: the event will be published again, which consumers recognise.
    pub async fn mark_published(&self, event: &Envelope, now: Timestamp) -> Result<(), Failure> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(event).into()))
            .update_expression("SET published_at = :now, expires = :expires")
            .condition_expression("attribute_exists(aggregate_key)")
            .expression_attribute_values(":now", AttributeValue::N(now.as_millisecond().to_string()))
            .expression_attribute_values(
                ":expires",
                AttributeValue::N((now.as_second() + KEPT_SECONDS).to_string()),
            );
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(()),
                error => Err(error.into()),
            },
        }
    }
}

/// The aggregate, and the event's place in its history: entries of an aggregate sort in order.
fn key(event: &Envelope) -> [(String, AttributeValue); 2] {
    let aggregate = format!(
        "{}#{}",
        event.aggregatetype.as_deref().unwrap_or_default(),
        event.subject.as_deref().unwrap_or_default()
    );
    let position = format!("{:010}#{}", event.aggregateversion.unwrap_or_default(), event.id);
    [("aggregate_key", aggregate), ("position", position)]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
}
