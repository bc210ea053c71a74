//! Receiving: the messages of a batch, read each by itself, with duplicates put together.

use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use tidings_core::{Envelope, EnvelopeError, Failure, request::ReplyTo};
use tracing::Span;

use crate::{
    idempotency::{LONGEST_KEY, message_of},
    log,
    queue::{ATTEMPTS, GROUP},
};

/// The deliveries of one event in one batch. A duplicate is handled with its original, not beside it, where
/// one of the two would meet the other's lease.
pub(super) struct Delivery {
    /// The messages; one or more.
    pub(super) messages: Vec<SqsMessage>,
    /// The event, or why the body is none.
    pub(super) envelope: Result<Envelope, EnvelopeError>,
}

/// Reads every message of a batch by itself, and puts duplicates together, in the order of arrival.
pub(super) fn read(messages: Vec<SqsMessage>) -> Vec<Delivery> {
    let mut deliveries: Vec<Delivery> = Vec::with_capacity(messages.len());
    for message in messages {
        let envelope = Envelope::parse(message.body.as_deref().unwrap_or_default()).and_then(with_key);
        let same = |delivery: &&mut Delivery| match (&delivery.envelope, &envelope) {
            // A command that is asked for twice is answered twice.
            (Ok(one), Ok(other)) => {
                one.id == other.id && one.source == other.source && ReplyTo::of(one) == ReplyTo::of(other)
            }
            _ => false,
        };
        match deliveries.iter_mut().find(same) {
            Some(original) => original.messages.push(message),
            None => deliveries.push(Delivery {
                messages: vec![message],
                envelope,
            }),
        }
    }
    deliveries
}

/// The deliveries in lanes: what is in one lane is handled in order, one behind the other, and lanes run beside
/// each other. A FIFO queue's batch may mix message groups, and each is a lane; elsewhere order means nothing
/// and every delivery is a lane of its own.
pub(super) fn lanes(deliveries: Vec<Delivery>) -> Vec<Vec<Delivery>> {
    let mut lanes: Vec<(Option<String>, Vec<Delivery>)> = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let group = delivery.group();
        match lanes
            .iter_mut()
            .find(|(lane, _)| group.is_some() && *lane == group)
        {
            Some((_, lane)) => lane.push(delivery),
            None => lanes.push((group, vec![delivery])),
        }
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

impl Delivery {
    /// The event, or the failure of a body that is none: for good, since no other try can help.
    pub(super) fn event(&self) -> Result<&Envelope, Failure> {
        self.envelope
            .as_ref()
            .map_err(|error| Failure::permanent(error.to_string()).of_class("EnvelopeError"))
    }

    /// The message group, where the queue is FIFO. (A standard queue's message may carry one too, for fairness.)
    pub(super) fn group(&self) -> Option<String> {
        let message = self.messages.first()?;
        let fifo = message
            .event_source_arn
            .as_deref()
            .is_some_and(|arn| arn.ends_with(".fifo"));
        fifo.then(|| message.attributes.get("MessageGroupId").cloned())
            .flatten()
    }

    /// The message group whose order counts, where the queue is FIFO: of a dead letter that was redriven, the group that it came from.
    pub(super) fn line(&self) -> Option<String> {
        let own = self.group()?;
        Some(self.attribute(GROUP).unwrap_or(own))
    }

    /// How often it had been tried before it became the dead letter that was redriven; 0 where it is none.
    pub(super) fn spent(&self) -> u32 {
        let attempts = self.attribute(ATTEMPTS);
        attempts.and_then(|attempts| attempts.parse().ok()).unwrap_or(0)
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let attributes = &self.messages.first()?.message_attributes;
        attributes.get(name)?.string_value.clone()
    }

    /// Which message it is, however often it is sent: by its event, or by its body where that is none.
    pub(super) fn message(&self) -> String {
        let body = self.messages.first().and_then(|message| message.body.as_deref());
        message_of(self.envelope.as_ref().ok(), body.unwrap_or_default())
    }

    /// How often the message that came first has been received.
    pub(super) fn receives(&self) -> u32 {
        self.messages.first().map_or(1, receives)
    }

    /// When the message that came first was sent.
    pub(super) fn sent(&self) -> Option<Timestamp> {
        self.messages.first().and_then(sent)
    }

    /// What every line says that is logged while the event is handled.
    pub(super) fn span(&self, consumer: &'static str) -> Span {
        let first = self.messages.first();
        let message_id = first.and_then(|message| message.message_id.as_deref());
        log::delivery(consumer, self.envelope.as_ref().ok(), message_id, self.receives())
    }
}

/// Refuses an event whose key the idempotency table could not take: nothing could be known of it, so it would come back
/// again and again, and end without a cause.
fn with_key(envelope: Envelope) -> Result<Envelope, EnvelopeError> {
    let bytes = envelope.key().len();
    if bytes <= LONGEST_KEY {
        return Ok(envelope);
    }
    Err(EnvelopeError::Invalid {
        name: "id".to_owned(),
        reason: format!("makes, with `source`, a key of {bytes} bytes; DynamoDB takes {LONGEST_KEY}"),
    })
}

/// `SentTimestamp`; SQS keeps it over a move to the dead-letter queue, not over a redrive.
pub(super) fn sent(message: &SqsMessage) -> Option<Timestamp> {
    let millis = message.attributes.get("SentTimestamp")?.parse().ok()?;
    Timestamp::from_millisecond(millis).ok()
}

/// `ApproximateReceiveCount`, 1 for the first receive.
pub(super) fn receives(message: &SqsMessage) -> u32 {
    message
        .attributes
        .get("ApproximateReceiveCount")
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
}
