//! A consumer's own queue, sent to directly.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use tidings_core::{
    Envelope, Failure,
    ports::{ClaimCheck, Publish, TransportError},
};

use crate::{
    claim_check::lighten,
    message::{Message, batches, place},
};

/// The queue of one consumer. A message is what the topic would have delivered: the raw envelope.
#[derive(Clone)]
pub struct ConsumerQueue {
    sqs: Client,
    url: String,
    claim_check: Option<Arc<dyn ClaimCheck>>,
}

impl ConsumerQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(sqs: Client, url: impl Into<String>) -> Self {
        Self {
            sqs,
            url: url.into(),
            claim_check: None,
        }
    }

    /// Keeps the data of events that are too large for a message in this store, as the topic does; without one they are refused.
    #[must_use]
    pub fn with_claim_check(self, claim_check: Option<Arc<dyn ClaimCheck>>) -> Self {
        Self { claim_check, ..self }
    }

    async fn send(&self, messages: &[Message]) -> Vec<Result<(), TransportError>> {
        let entries = messages
            .iter()
            .enumerate()
            .map(|(index, message)| entry(message, index));
        let sent = self
            .sqs
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries.collect()));
        match sent.send().await {
            Err(error) => {
                let error = TransportError(Failure::from(error).reason().to_owned());
                vec![Err(error); messages.len()]
            }
            Ok(answer) => {
                // What is named in neither list has not been sent.
                let mut results = vec![Err(TransportError("SQS did not say".into())); messages.len()];
                for done in answer.successful() {
                    place(&mut results, done.id(), Ok(()));
                }
                for failed in answer.failed() {
                    let text = format!("{}: {}", failed.code(), failed.message().unwrap_or_default());
                    place(&mut results, failed.id(), Err(TransportError(text)));
                }
                results
            }
        }
    }
}

#[async_trait]
impl Publish for ConsumerQueue {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = vec![Err(TransportError("not sent".into())); events.len()];
        let (mut places, mut messages) = (Vec::new(), Vec::new());
        for (index, event) in events.iter().enumerate() {
            match lighten(self.claim_check.as_deref(), event).await {
                Ok(event) => {
                    places.push(index);
                    messages.push(Message::from(&*event));
                }
                Err(failure) => results[index] = Err(TransportError(failure.reason().to_owned())),
            }
        }
        let mut sent = Vec::with_capacity(messages.len());
        for batch in batches(&messages) {
            sent.extend(self.send(batch).await);
        }
        for (index, result) in places.into_iter().zip(sent) {
            results[index] = result;
        }
        results
    }
}

impl fmt::Debug for ConsumerQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerQueue")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

fn entry(message: &Message, index: usize) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body);
    let entry = message.attributes.iter().fold(entry, |entry, (name, value)| {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build();
        entry.message_attributes(*name, value.expect("the data type is set"))
    });
    entry.build().expect("id and body are set")
}
