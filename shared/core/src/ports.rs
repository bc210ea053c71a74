//! The transport, seen from the runtime: ports one verb wide. SNS and SQS stand behind them when deployed,
//! the in-process bus when local. DynamoDB has no port: the real SDK is used everywhere.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Envelope;

/// What a transport says when it could not do its verb. Always worth another try.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);

/// Publishes events to the topic.
#[async_trait]
pub trait Publish: Send + Sync {
    /// Publishes these events; the answer has an entry for each, in their order, because each fails by
    /// itself (SNS `PublishBatch`).
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>>;
}

/// Sends a command to the queue of its handler.
#[async_trait]
pub trait SendCommand: Send + Sync {
    /// Sends a command ([`crate::command::issue`]), which its type leads to its handler.
    async fn send(&self, command: &Envelope) -> Result<(), TransportError>;
}

/// Brings an answer to who asked.
#[async_trait]
pub trait Reply: Send + Sync {
    /// Sends `answer` to the reply queue of this name, which the caller has found to be one of the system.
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError>;
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replied {
    /// It is in the reply queue.
    Sent,
    /// There is no such queue any more: who asked is gone.
    Gone,
}

/// A process's own queue of answers.
#[async_trait]
pub trait ReceiveReplies: Send + Sync {
    /// The queue's name, for those who answer. The queue is made when it is first asked for, and again when it is gone.
    async fn queue(&self) -> Result<String, TransportError>;

    /// Takes answers out of the queue; waits for the first one, `wait` at most.
    async fn receive(&self, wait: Duration) -> Result<Vec<String>, TransportError>;
}

/// Refuses an event or a command whose personal values have not been sealed: every implementation of [`Publish`] and [`SendCommand`] does. It
/// would go out without them.
///
/// # Errors
/// When it has such values.
pub fn refuse_unsealed(event: &Envelope) -> Result<(), TransportError> {
    match event.unsealed() {
        None => Ok(()),
        Some(_) => Err(TransportError(format!(
            "{} has personal values that are not sealed",
            event.event_type
        ))),
    }
}

/// The most data that an event may have, in bytes: what a request to a Lambda function can bring at all (AWS: Lambda
/// quotas, invocation payload, 6 MB). Ten of them at once, as text and parsed, fit into a function of 256 MB.
pub const MOST_DATA_BYTES: usize = 6 * 1024 * 1024;

/// Keeps the data of events that are too large for the topic, and gives it out to who has the event (claim check).
#[async_trait]
pub trait ClaimCheck: Send + Sync {
    /// Keeps `data` under `key` ([`Envelope::claim_key`]), in place of what is there; answers the `dataref` by which it
    /// is collected.
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError>;

    /// Reads what is kept at `dataref`. A reference comes with an event, from anybody: only what this store has given
    /// out itself is followed.
    async fn collect(&self, dataref: &str) -> Result<String, CollectError>;
}

/// Why an event's data was not collected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// It will never be: the reference leads elsewhere, or nothing that can be read is there any more. Permanent.
    #[error("the event's data cannot be collected: {0}")]
    Never(String),
    /// The store does not answer now. Transient.
    #[error("the event's data was not collected: {0}")]
    NotNow(String),
}

/// Lets a received message come back later than its queue would.
#[async_trait]
pub trait Postpone: Send + Sync {
    /// Makes the message with this receipt handle visible again after `delay`.
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError>;
}

/// Sets a message aside, with its cause.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Sends the message to the consumer's own dead-letter queue.
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError>;
}

/// A message that no other try can help, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's body, as it came.
    pub body: String,
    /// The message's id.
    pub message_id: String,
    /// The message's group, where its queue is FIFO.
    pub group: Option<String>,
    /// Why it was set aside.
    pub reason: String,
    /// What kind of failure that was ([`Failure::class`](crate::Failure::class)).
    pub class: String,
    /// Who set it aside.
    pub consumer: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it first failed.
    pub first_failed: Timestamp,
    /// The event's key (`source#id`), where the body is an event.
    pub event: Option<String>,
    /// The event's chain, where the body is an event.
    pub correlation_id: Option<String>,
}
