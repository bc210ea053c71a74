//! A message in a queue, and as a consumer receives it.

use std::{collections::BTreeMap, sync::Arc};

use aws_lambda_events::sqs::{SqsMessage, SqsMessageAttribute};
use jiff::Timestamp;
use uuid::Uuid;

use crate::flight::Flight;

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: Uuid,
    pub(crate) body: String,
    pub(crate) sent: Timestamp,
    /// `ApproximateReceiveCount`.
    pub(crate) receives: u32,
    /// Hidden until then.
    pub(crate) visible: Timestamp,
    /// The latest receive's handle; an older handle no longer moves the message.
    pub(crate) receipt: Uuid,
    /// The event that it brings, until it is settled; a text that came past the topic has none.
    pub(crate) flight: Option<Arc<Flight>>,
    /// The message group, in a FIFO queue.
    pub(crate) group: Option<String>,
    /// The attributes that it carries: those of the letter, where it was one.
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Message {
    /// It leaves the queue for good.
    pub(crate) fn settled(&self) {
        if let Some(flight) = &self.flight {
            flight.settled();
        }
    }

    /// As Lambda's event source mapping hands it over.
    pub(crate) fn received(&self, queue: &str) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.message_id = Some(self.id.to_string());
        message.receipt_handle = Some(self.receipt.to_string());
        message.body = Some(self.body.clone());
        message.attributes = [
            ("ApproximateReceiveCount", self.receives.to_string()),
            ("SentTimestamp", self.sent.as_millisecond().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(group) = &self.group {
            message
                .attributes
                .insert("MessageGroupId".to_owned(), group.clone());
        }
        for (name, value) in &self.attributes {
            let mut attribute = SqsMessageAttribute::default();
            attribute.string_value = Some(value.clone());
            attribute.data_type = Some("String".to_owned());
            message.message_attributes.insert(name.clone(), attribute);
        }
        let suffix = if self.group.is_some() { ".fifo" } else { "" };
        message.event_source = Some("aws:sqs".to_owned());
        message.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{queue}{suffix}"));
        message
    }
}
