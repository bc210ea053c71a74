//! A message in a queue, and as a consumer receives it.

use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use uuid::Uuid;

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
}

impl Message {
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
        message.event_source = Some("aws:sqs".to_owned());
        message.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{queue}"));
        message
    }
}
