//! The idempotency table: `tidings_core::protocol` in DynamoDB's language.
//!
//! One item for an event at a consumer: partition key `source#id`, sort key the consumer's name, so that one
//! Query shows what every consumer did with an event. Every write is conditional, and every condition asks
//! for the item that is there (`ReturnValuesOnConditionCheckFailure=ALL_OLD`), so a refused write needs no second
//! read.

mod begin;
mod claim;
mod commit;
mod completion;
mod finish;
mod item;
mod line;
mod trail;

use aws_sdk_dynamodb::{
    Client, operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};
use jiff::Timestamp;
use tidings_core::{
    Effects, Failure,
    protocol::{RECORD_LIFETIME, Record},
};

use item::Statement;

pub use commit::{Effect, Hold};
pub use line::{Group, Letter, message_of};
pub use trail::Trail;

/// The table that all consumers share.
#[derive(Debug, Clone)]
pub struct IdempotencyTable {
    dynamodb: Client,
    name: String,
}

/// An event at a consumer: the key of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `source#id`, see `Envelope::key`.
    pub event: String,
    /// The consumer's name.
    pub consumer: &'static str,
}

/// One try of one event: its record's key, and what the try writes into it.
#[derive(Debug, Clone)]
pub struct Try {
    /// Which record.
    pub key: Key,
    /// This try's own token.
    pub owner: String,
    /// When it began.
    pub now: Timestamp,
    /// Until when it alone may work on the event.
    pub lease_until: Timestamp,
    /// When the message was first sent.
    pub sent: Timestamp,
}

/// How a claim ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// This try runs the event, as attempt number so many.
    Acquired {
        /// 1 is the first.
        attempt: u32,
        /// When an earlier try first failed.
        first_failed: Option<Timestamp>,
    },
    /// The event is done.
    AlreadyDone {
        /// What was answered then, if anything.
        answer: Option<String>,
    },
    /// Another worker has it until then.
    InFlight {
        /// When its lease ends.
        until: Timestamp,
    },
}

/// How a completion ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Completed {
    /// The effect and its record are there.
    Done {
        /// How many tries it took; 0 where the write does not tell.
        tries: u32,
    },
    /// The event has been overtaken: its record is there, and nothing else.
    Superseded {
        /// How many tries it took; 0 where the write does not tell.
        tries: u32,
    },
    /// They were there before.
    AlreadyDone {
        /// What was answered then, if anything.
        answer: Option<String>,
    },
    /// Another worker has the event until then; nothing was written.
    InFlight {
        /// When its lease ends.
        until: Timestamp,
    },
    /// A condition of an effect did not hold, and the consumer says that this is a failure; nothing was
    /// written.
    Refused(Failure),
    /// A condition of an effect did not hold, and the consumer wants this instead; nothing was written.
    Instead(Box<Effects>),
}

impl IdempotencyTable {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
        }
    }

    /// Makes the connection, so that the first message does not wait for it. Reads a record that is not there;
    /// a failure says nothing yet, since the first message will meet it again.
    pub async fn warm(&self) {
        let nobody = Key {
            event: "warm".to_owned(),
            consumer: "warm",
        };
        if let Err(failure) = self.get(&nobody).await {
            tracing::warn!(
                reason = failure.reason(),
                table = self.name,
                "the idempotency table does not answer yet"
            );
        }
    }

    /// Reads a record, strongly consistent.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn get(&self, key: &Key) -> Result<Option<Record>, Failure> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.name)
            .set_key(Some(item::key(key)))
            .consistent_read(true);
        Ok(get.send().await?.item.as_ref().and_then(item::record))
    }
}

impl IdempotencyTable {
    /// The write of a statement to the record of this key.
    fn update(&self, key: &Key, statement: Statement) -> UpdateItemFluentBuilder {
        self.dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(item::key(key)))
            .update_expression(statement.update)
            .condition_expression(statement.condition)
            .set_expression_attribute_values(Some(statement.values))
    }
}

fn expires(now: Timestamp) -> Timestamp {
    now.saturating_add(RECORD_LIFETIME).unwrap_or(Timestamp::MAX)
}

/// A number as DynamoDB takes it.
fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Bytes that DynamoDB takes as a partition key (AWS: DynamoDB, quotas, partition key length).
pub(crate) const LONGEST_KEY: usize = 2048;
