//! The line of a message group: the dead letters that stand before what comes next in it.
//!
//! A letter is an item beside the records: partition key the group at its consumer, sort key when it was set aside, so that one Query
//! shows the line in its order. No record has such a key, because a source is never empty.
//!
//! A letter holds its group once it is in the dead-letter queue. Before that its message is still in its own queue, where what was before it comes before it
//! again after a crash: if that waited for it, each would wait for the other.
//!
//! Of a letter that has left the line it is known for a while that it has: a write that is under way for long could bring it back, and its group would
//! wait for nobody.

use std::time::Duration;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::SdkError,
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::{AttributeValue, ReturnValue},
};
use jiff::Timestamp;
use tidings_core::{Envelope, Failure, catalogue::DEAD_LETTER_RETENTION};
use uuid::Uuid;

use super::{
    IdempotencyTable,
    item::{Item, time},
    number,
};

/// For how long it is known that a letter has left: longer than any write is under way.
const KNOWN_TO_HAVE_LEFT: Duration = Duration::from_secs(60 * 60);

/// A message group of a consumer's FIFO queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The group.
    pub name: String,
    /// The consumer's name.
    pub consumer: &'static str,
}

/// A dead letter that its group waits behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which message it is, however often it is redriven.
    pub message: String,
    /// Since when it is one.
    pub since: Timestamp,
    /// Whether its group waits behind it: it is in the dead-letter queue.
    pub holds: bool,
    /// Its place in the line.
    place: String,
}

/// Which message it is, however often it is sent: by its event, or by its body where that is none.
#[must_use]
pub fn message_of(event: Option<&Envelope>, body: &str) -> String {
    match event {
        Some(event) => event.key(),
        None => format!("#body#{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, body.as_bytes())),
    }
}

impl Letter {
    /// A letter that is set aside now, and stands behind all others.
    #[must_use]
    pub fn new(message: impl Into<String>, now: Timestamp) -> Self {
        let message = message.into();
        // A message's key can be longer than a sort key.
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_URL, message.as_bytes());
        Self {
            place: format!("{:020}#{digest}", now.as_millisecond()),
            since: now,
            holds: false,
            message,
        }
    }
}

impl IdempotencyTable {
    /// The dead letters of a group, in the order in which they were set aside; strongly consistent.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn line(&self, group: &Group, now: Timestamp) -> Result<Vec<Letter>, Failure> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .key_condition_expression("event = :line")
            .filter_expression("expires > :now_s AND attribute_not_exists(left_at)")
            .expression_attribute_values(":line", text(partition(group)))
            .expression_attribute_values(":now_s", number(now.as_second()))
            .consistent_read(true);
        let items = query.into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await?;
        let unreadable = || Failure::transient("a dead letter's place in its group cannot be read");
        items
            .iter()
            .map(|item| letter(item).ok_or_else(unreadable))
            .collect()
    }

    /// Lets a letter stand in its group's line, for as long as the dead-letter queue keeps it; one that stands there keeps its place.
    /// `false` means that it has left, and that nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn stand(&self, group: &Group, letter: &Letter, now: Timestamp) -> Result<bool, Failure> {
        let expires = now
            .saturating_add(DEAD_LETTER_RETENTION)
            .unwrap_or(Timestamp::MAX);
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(group, letter)))
            .update_expression("SET letter = :letter, since = :since, expires = :expires")
            .condition_expression("attribute_not_exists(left_at)")
            .expression_attribute_values(":letter", text(&letter.message))
            .expression_attribute_values(":since", number(letter.since.as_millisecond()))
            .expression_attribute_values(":expires", number(expires.as_second()));
        held(update.send().await)
    }

    /// Lets the group wait behind a letter that stands in the line: it is in the dead-letter queue now. `false` means that it has left.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn hold(&self, group: &Group, letter: &Letter) -> Result<bool, Failure> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(group, letter)))
            .update_expression("SET holds = :true")
            .condition_expression("attribute_exists(letter) AND attribute_not_exists(left_at)")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        held(update.send().await)
    }

    /// Notes by which receipt the message is to be had that waits behind a letter. `false` means that the letter has left the line.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn wait_behind(&self, group: &Group, letter: &Letter, receipt: &str) -> Result<bool, Failure> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(group, letter)))
            .update_expression("SET waiting_receipt = :receipt")
            .condition_expression("attribute_exists(event) AND attribute_not_exists(left_at)")
            .expression_attribute_values(":receipt", text(receipt));
        held(update.send().await)
    }

    /// Takes a letter out of the line; answers the receipt of the message that has waited behind it, if one has.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn leave(
        &self,
        group: &Group,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Option<String>, Failure> {
        let expires = now.saturating_add(KNOWN_TO_HAVE_LEFT).unwrap_or(Timestamp::MAX);
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(group, letter)))
            .update_expression("SET left_at = :now, expires = :expires REMOVE letter, since, holds")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":expires", number(expires.as_second()))
            .return_values(ReturnValue::AllOld);
        let there = update.send().await?.attributes.unwrap_or_default();
        let receipt = there.get("waiting_receipt");
        Ok(receipt.and_then(|receipt| receipt.as_s().ok()).cloned())
    }
}

/// Whether the condition of a write held.
fn held(written: Result<UpdateItemOutput, SdkError<UpdateItemError, HttpResponse>>) -> Result<bool, Failure> {
    match written.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(true),
        Err(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn partition(group: &Group) -> String {
    format!("#letters#{}#{}", group.consumer, group.name)
}

fn key(group: &Group, letter: &Letter) -> Item {
    [("event", partition(group)), ("consumer", letter.place.clone())]
        .map(|(name, value)| (name.to_owned(), text(value)))
        .into()
}

fn letter(item: &Item) -> Option<Letter> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    Some(Letter {
        message: text("letter")?,
        since: time(item, "since")?,
        holds: item.contains_key("holds"),
        place: text("consumer")?,
    })
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
