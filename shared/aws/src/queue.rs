//! The consumer's own queue and dead-letter queue, on SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use tidings_core::{
    Failure,
    ports::{DeadLetter, DeadLetters, Postpone, TransportError},
    text::shown,
};

/// The queue that a consumer's messages come from.
#[derive(Debug, Clone)]
pub struct Queue {
    sqs: Client,
    url: String,
}

/// The dead-letter queue of a consumer.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    sqs: Client,
    url: String,
}

impl Queue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(sqs: Client, url: impl Into<String>) -> Self {
        Self { sqs, url: url.into() }
    }
}

impl DeadLetterQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(sqs: Client, url: impl Into<String>) -> Self {
        Self { sqs, url: url.into() }
    }
}

fn transport(error: impl std::error::Error) -> TransportError {
    TransportError(Failure::from(error).reason().to_owned())
}

#[async_trait]
impl Postpone for Queue {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let change = self
            .sqs
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle);
        change
            .visibility_timeout(seconds)
            .send()
            .await
            .map(drop)
            .map_err(transport)
    }
}

#[async_trait]
impl DeadLetters for DeadLetterQueue {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        let message = self
            .sqs
            .send_message()
            .queue_url(&self.url)
            .message_body(&letter.body);
        let message = attributes(letter)
            .into_iter()
            .fold(message, |message, (name, value)| {
                let value = MessageAttributeValue::builder()
                    .data_type("String")
                    .string_value(value)
                    .build();
                message.message_attributes(name, value.expect("the data type is set"))
            });
        // The dead-letter queue of a FIFO queue is FIFO, and takes a message only with these two.
        let message = match &letter.group {
            Some(group) => message
                .message_group_id(group)
                .message_deduplication_id(&letter.message_id),
            None => message,
        };
        message.send().await.map(drop).map_err(transport)
    }
}

/// The cause, as message attributes: six of the ten that a message may have.
fn attributes(letter: &DeadLetter) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("reason", acceptable(&letter.reason)),
        ("consumer", letter.consumer.to_owned()),
        ("attempts", letter.attempts.to_string()),
        ("firstfailed", letter.first_failed.to_string()),
    ];
    attributes.extend(letter.event.as_deref().map(|event| ("event", acceptable(event))));
    attributes.extend(
        letter
            .correlation_id
            .as_deref()
            .map(|id| ("correlationid", acceptable(id))),
    );
    attributes
}

/// The longest attribute that is written, in characters.
const LONGEST: usize = 1024;

/// An attribute must not be empty (AWS: SQS `SendMessage`).
fn acceptable(text: &str) -> String {
    match text.is_empty() {
        true => "none".to_owned(),
        false => shown(text).chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_with_characters_that_sqs_refuses_is_made_acceptable() {
        assert_eq!(
            acceptable("bad \u{0}\u{8}byte\u{ffff}"),
            "bad \u{fffd}\u{fffd}byte\u{fffd}"
        );
        assert_eq!(acceptable(""), "none");
        assert_eq!(acceptable(&"é".repeat(2000)).chars().count(), 1024);
    }
}
