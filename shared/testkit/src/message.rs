//! Messages, as a consumer's queue would hand them over.

use aws_lambda_events::sqs::{SqsMessage, SqsMessageAttribute};
use jiff::Timestamp;
use tidings_core::Envelope;

use crate::Given;

/// A message. Every delivery of it has a new message id, as after a redrive, unless [`Message::id`] names one.
#[derive(Debug, Clone)]
pub struct Message {
    body: String,
    id: Option<String>,
    receives: u32,
    group: Option<(String, Queue)>,
    attributes: Vec<(&'static str, String)>,
}

/// What a message group means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    /// Order within the group.
    Fifo,
    /// Fair shares among the groups, and no order.
    Standard,
}

/// A message with this body, whatever it is.
#[must_use]
pub fn raw(body: impl Into<String>) -> Message {
    Message {
        body: body.into(),
        id: None,
        receives: 1,
        group: None,
        attributes: Vec::new(),
    }
}

impl Message {
    /// A message that carries this event.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Self {
        raw(envelope.to_json())
    }

    /// It has this message id.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    /// It is received for the time number `receives`; 1 unless told.
    #[must_use]
    pub fn received(self, receives: u32) -> Self {
        Self { receives, ..self }
    }

    /// It is in this message group of a FIFO queue.
    #[must_use]
    pub fn in_group(self, group: impl Into<String>) -> Self {
        Self {
            group: Some((group.into(), Queue::Fifo)),
            ..self
        }
    }

    /// It is in this message group of a standard queue, where a group is about fair shares and not about order.
    #[must_use]
    pub fn in_fair_group(self, group: impl Into<String>) -> Self {
        Self {
            group: Some((group.into(), Queue::Standard)),
            ..self
        }
    }

    /// It was a dead letter of this message group, and has been redriven.
    #[must_use]
    pub fn letter_of(self, group: impl Into<String>) -> Self {
        self.attribute("group", group.into())
    }

    /// It was a dead letter that had been tried so often, and has been redriven.
    #[must_use]
    pub fn tried(self, attempts: u32) -> Self {
        self.attribute("attempts", attempts.to_string())
    }

    fn attribute(mut self, name: &'static str, value: String) -> Self {
        self.attributes.push((name, value));
        self
    }

    /// As it is received now, as the message number `number` of its bench.
    pub(crate) fn deliver(self, number: u128, now: Timestamp) -> SqsMessage {
        let mut attributes = vec![
            ("ApproximateReceiveCount", self.receives.to_string()),
            ("SentTimestamp", now.as_millisecond().to_string()),
        ];
        let mut queue = "bench";
        if let Some((group, kind)) = self.group {
            attributes.push(("MessageGroupId", group));
            if kind == Queue::Fifo {
                queue = "bench.fifo";
            }
        }

        let mut message = SqsMessage::default();
        message.message_id = Some(self.id.unwrap_or_else(|| format!("message-{number}")));
        message.receipt_handle = Some(format!("receipt-{number}"));
        message.body = Some(self.body);
        message.event_source_arn = Some(format!("arn:aws:sqs:eu-central-1:000000000000:{queue}"));
        for (name, value) in self.attributes {
            let mut attribute = SqsMessageAttribute::default();
            attribute.string_value = Some(value);
            attribute.data_type = Some("String".to_owned());
            message.message_attributes.insert(name.to_owned(), attribute);
        }
        message.attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        message
    }
}

impl From<Given> for Message {
    fn from(given: Given) -> Self {
        given.message()
    }
}

impl From<&Given> for Message {
    fn from(given: &Given) -> Self {
        given.message()
    }
}

impl From<Envelope> for Message {
    fn from(envelope: Envelope) -> Self {
        Self::of(&envelope)
    }
}
