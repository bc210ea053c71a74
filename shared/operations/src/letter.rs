//! A dead letter, as far as it can be read. Whatever its body is, it is a letter: one that cannot
//! be read hides no other.

use std::{borrow::Cow, collections::BTreeMap};

use aws_sdk_sqs::{
    primitives::Blob,
    types::{Message, MessageAttributeValue, MessageSystemAttributeName},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tidings_aws::{
    idempotency::message_of,
    queue::{ATTEMPTS, GROUP},
};
use tidings_core::{Envelope, catalogue::DEAD_LETTER_RETENTION};

use crate::roster::DeadQueue;

/// The attribute by which a letter names the one whose place it has taken: it was edited, or
/// brought back.
pub(crate) const REPLACES: &str = "replaces";

/// What travels with a message.
pub type Attributes = BTreeMap<String, Attribute>;

/// An attribute of a message, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its data type (`String`, `Number`, `Binary`).
    pub kind: String,
    /// Its text; of a binary one, base64.
    pub value: String,
}

impl Attribute {
    /// A text.
    #[must_use]
    pub fn text(value: impl Into<String>) -> Self {
        Self {
            kind: "String".to_owned(),
            value: value.into(),
        }
    }

    fn is_binary(&self) -> bool {
        self.kind.starts_with("Binary")
    }
}

impl From<&MessageAttributeValue> for Attribute {
    fn from(value: &MessageAttributeValue) -> Self {
        let bytes = value.binary_value().map(|blob| BASE64_STANDARD.encode(blob));
        Self {
            kind: value.data_type().to_owned(),
            value: bytes.unwrap_or_else(|| value.string_value().unwrap_or_default().to_owned()),
        }
    }
}

impl From<&Attribute> for MessageAttributeValue {
    fn from(attribute: &Attribute) -> Self {
        let value = Self::builder().data_type(&attribute.kind);
        let bytes = attribute
            .is_binary()
            .then(|| BASE64_STANDARD.decode(&attribute.value));
        let value = match bytes {
            Some(Ok(bytes)) => value.binary_value(Blob::new(bytes)),
            _ => value.string_value(&attribute.value),
        };
        value.build().expect("the data type is set")
    }
}

/// A letter in a dead-letter queue.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its id: of the message, for as long as it is in this queue.
    pub id: String,
    /// The queue that it is in.
    pub queue: DeadQueue,
    /// The body, as it came.
    pub body: String,
    /// When it was sent: here by its consumer, or to the queue from which the redrive policy has
    /// moved it.
    pub sent: Option<Timestamp>,
    /// How often it was received.
    pub receives: u32,
    /// What travels with it.
    pub attributes: Attributes,
    /// Its message group, where the queue is FIFO.
    pub message_group: Option<String>,
    /// Its place in a FIFO queue.
    pub sequence: Option<String>,
    /// The event, or why the body is none.
    pub event: Result<Envelope, String>,
}

/// Who made a letter of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// Its consumer, which has set it aside with the cause.
    Consumer,
    /// The redrive policy: it was received too often, and nothing says why.
    RedrivePolicy,
    /// The topic, which could not bring it to the queue.
    Topic,
    /// It is the cause of another letter, whose body left no room for it.
    Note,
}

/// Why it is a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause<'l> {
    /// Who says so.
    pub by: By,
    /// What kind of failure it was.
    pub class: Cow<'l, str>,
    /// What went wrong.
    pub reason: Cow<'l, str>,
}

impl Letter {
    /// Reads a message of this queue.
    #[must_use]
    pub fn read(queue: &DeadQueue, message: &Message) -> Self {
        let system = |name: MessageSystemAttributeName| message.attributes.as_ref()?.get(&name).cloned();
        let body = message.body.clone().unwrap_or_default();
        let attributes = message.message_attributes.iter().flatten();
        let sent = system(MessageSystemAttributeName::SentTimestamp);
        let receives = system(MessageSystemAttributeName::ApproximateReceiveCount);
        Self {
            id: message.message_id.clone().unwrap_or_default(),
            queue: queue.clone(),
            sent: sent.and_then(|millis| Timestamp::from_millisecond(millis.parse().ok()?).ok()),
            receives: receives.and_then(|count| count.parse().ok()).unwrap_or(0),
            attributes: attributes
                .map(|(name, value)| (name.clone(), value.into()))
                .collect(),
            message_group: system(MessageSystemAttributeName::MessageGroupId),
            sequence: system(MessageSystemAttributeName::SequenceNumber),
            event: Envelope::parse(&body).map_err(|error| error.to_string()),
            body,
        }
    }

    /// One of its attributes.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .get(name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The event's key (`source#id`): of its body, or as its consumer has noted it.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match &self.event {
            Ok(event) => Some(event.key()),
            Err(_) => self.attribute("event").map(ToOwned::to_owned),
        }
    }

    /// The event's type; none where the body is no event.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.event.as_ref().ok().map(|event| event.event_type.as_str())
    }

    /// The event's chain.
    #[must_use]
    pub fn correlation(&self) -> Option<&str> {
        match &self.event {
            Ok(event) => Some(event.correlation_id()),
            Err(_) => self.attribute("correlationid"),
        }
    }

    /// How often it was tried before.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.attribute(ATTEMPTS)?.parse().ok()
    }

    /// When it first failed.
    #[must_use]
    pub fn first_failed(&self) -> Option<Timestamp> {
        self.attribute("firstfailed")?.parse().ok()
    }

    /// The message group that waits behind it, where its queue is FIFO.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        let own = self.message_group.as_deref().filter(|_| self.queue.is_fifo())?;
        Some(self.attribute(GROUP).unwrap_or(own))
    }

    /// Which message it is, however often it is sent.
    #[must_use]
    pub fn message(&self) -> String {
        message_of(self.event.as_ref().ok(), &self.body)
    }

    /// The letter that it has taken the place of.
    #[must_use]
    pub fn replaces(&self) -> Option<&str> {
        self.attribute(REPLACES)
    }

    /// Why it is a letter.
    #[must_use]
    pub fn cause(&self) -> Cause<'_> {
        let of = |by, class: &'static str, reason: &'static str| Cause {
            by,
            class: Cow::Borrowed(class),
            reason: Cow::Borrowed(reason),
        };
        let told = |by, class: Option<&'_ str>, reason: &'_ str| Cause {
            by,
            class: Cow::Owned(class.unwrap_or("Unclassified").to_owned()),
            reason: Cow::Owned(reason.to_owned()),
        };
        match (self.attribute("reason"), self.queue.of_subscription) {
            (Some(reason), _) if self.is_note() => told(By::Note, self.attribute("class"), reason),
            (Some(reason), _) => told(By::Consumer, self.attribute("class"), reason),
            // AWS: SNS, dead-letter queues: what SNS adds to a message that it could not deliver.
            (None, true) => match self.attribute("ErrorMessage") {
                Some(reason) => told(By::Topic, self.attribute("ErrorCode"), reason),
                None => of(
                    By::Topic,
                    "NotDelivered",
                    "the topic could not bring it to the queue",
                ),
            },
            (None, false) => of(
                By::RedrivePolicy,
                "ReceivedTooOften",
                "received too often, and nothing was recorded: the function did not start, or its process died",
            ),
        }
    }

    /// Whether it is the cause of another letter, and nothing that a consumer could take
    /// (`tidings_aws::queue`).
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.event.is_err() && self.body.starts_with("The attributes say why the message ")
    }

    /// How long it has been there.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        self.sent
            .map_or(SignedDuration::ZERO, |sent| now.duration_since(sent))
    }

    /// When SQS drops it.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.sent?.checked_add(DEAD_LETTER_RETENTION).ok()
    }
}
