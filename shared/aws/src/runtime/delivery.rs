//! A received message, read.

use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use tidings_core::{Envelope, EnvelopeError};

/// The deliveries of one event in one batch. A duplicate is handled with its original, not beside it, where
/// one of the two would meet the other's lease.
pub(super) struct Delivery {
    /// The messages; one or more.
    pub(super) messages: Vec<SqsMessage>,
    /// The event, or why the body is none.
    pub(super) envelope: Result<Envelope, EnvelopeError>,
}

impl Delivery {
    /// Reads every message of a batch by itself, and puts duplicates together, in the order of arrival.
    pub(super) fn read_all(messages: Vec<SqsMessage>) -> Vec<Self> {
        let mut deliveries: Vec<Self> = Vec::with_capacity(messages.len());
        for message in messages {
            let envelope = Envelope::parse(message.body.as_deref().unwrap_or_default());
            let same = |delivery: &&mut Self| match (&delivery.envelope, &envelope) {
                (Ok(one), Ok(other)) => one.id == other.id && one.source == other.source,
                _ => false,
            };
            match deliveries.iter_mut().find(same) {
                Some(original) => original.messages.push(message),
                None => deliveries.push(Self {
                    messages: vec![message],
                    envelope,
                }),
            }
        }
        deliveries
    }

    /// How often the message that came first has been received.
    pub(super) fn receives(&self) -> u32 {
        self.messages.first().map_or(1, receives)
    }

    /// When the message was sent; SQS keeps it over a move to the dead-letter queue, not over a redrive.
    pub(super) fn sent(&self) -> Option<Timestamp> {
        let millis = self
            .messages
            .first()?
            .attributes
            .get("SentTimestamp")?
            .parse()
            .ok()?;
        Timestamp::from_millisecond(millis).ok()
    }
}

/// `ApproximateReceiveCount`, 1 for the first receive.
pub(super) fn receives(message: &SqsMessage) -> u32 {
    message
        .attributes
        .get("ApproximateReceiveCount")
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
}
