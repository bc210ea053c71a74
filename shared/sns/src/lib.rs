//! Publishing to the SNS topic.
//!
//! A crate of its own, as that of S3: only relays publish, and only they carry the client.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use aws_sdk_sns::{
    Client,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::publish_batch::PublishBatchError,
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use tidings_aws::{
    claim_check::lighten,
    message::{MOST_BYTES, Message, batches, place},
};
use tidings_core::{
    Envelope, Failure,
    ports::{ClaimCheck, Publish, TransportError, refuse_unsealed},
};

/// How often an entry that failed is tried, alone.
const MOST_TRIES: u32 = 3;

/// The topic that all events go to.
#[derive(Clone)]
pub struct Topic {
    sns: Client,
    arn: String,
    claim_check: Option<Arc<dyn ClaimCheck>>,
}

impl Topic {
    /// The topic with this ARN.
    #[must_use]
    pub fn new(sns: Client, arn: impl Into<String>) -> Self {
        Self {
            sns,
            arn: arn.into(),
            claim_check: None,
        }
    }

    /// Keeps the data of events that are too large for a message in this store; without one they are refused.
    #[must_use]
    pub fn with_claim_check(self, claim_check: Option<Arc<dyn ClaimCheck>>) -> Self {
        Self { claim_check, ..self }
    }

    /// The events as messages; one whose data cannot be kept, or whose personal values are not sealed, is none, and fails by
    /// itself.
    async fn messages(&self, events: &[Envelope]) -> Vec<Result<Message, TransportError>> {
        let mut messages = Vec::with_capacity(events.len());
        for event in events {
            if let Err(refused) = refuse_unsealed(event) {
                messages.push(Err(refused));
                continue;
            }
            let message = Message::from(event);
            if message.bytes() <= MOST_BYTES {
                messages.push(Ok(message));
                continue;
            }
            let light = lighten(self.claim_check.as_deref(), event).await;
            let failed = |failure: Failure| TransportError(failure.reason().to_owned());
            messages.push(light.map(|event| Message::from(&*event)).map_err(failed));
        }
        messages
    }

    /// Publishes up to ten messages in one request; each result is that of one message.
    async fn publish_batch(&self, messages: &[Message]) -> Result<Vec<Result<(), TransportError>>, NotTaken> {
        let entries = messages
            .iter()
            .enumerate()
            .map(|(index, message)| entry(message, index))
            .collect();
        let sent = self
            .sns
            .publish_batch()
            .topic_arn(&self.arn)
            .set_publish_batch_request_entries(Some(entries));
        match sent.send().await {
            Err(error) => Err(NotTaken::from(error)),
            Ok(answer) => {
                // What is named in neither list has not been published.
                let mut results = vec![Err(TransportError("SNS did not say".into())); messages.len()];
                for done in answer.successful() {
                    place(&mut results, done.id().unwrap_or_default(), Ok(()));
                }
                for failed in answer.failed() {
                    let text = format!("{}: {}", failed.code(), failed.message().unwrap_or_default());
                    place(&mut results, failed.id(), Err(TransportError(text)));
                }
                Ok(results)
            }
        }
    }

    /// Publishes one message, as often as it takes, up to [`MOST_TRIES`].
    ///
    /// # Errors
    /// [`NotTaken::NoAnswer`] when SNS does not answer; the inner result is what SNS says of the message.
    async fn publish_alone(
        &self,
        message: &Message,
        mut result: Result<(), TransportError>,
    ) -> Result<Result<(), TransportError>, NotTaken> {
        for _ in 1..MOST_TRIES {
            if result.is_ok() {
                break;
            }
            result = match self.publish_batch(std::slice::from_ref(message)).await {
                Ok(mut results) => results.remove(0),
                Err(NotTaken::Refused(error)) => Err(error),
                Err(silent) => return Err(silent),
            };
        }
        Ok(result)
    }

    /// Publishes one batch: a message that fails, or a batch that is refused as a whole, is tried again message by message.
    async fn publish_each(
        &self,
        batch: &[Message],
        mut said: impl FnMut(Result<(), TransportError>),
    ) -> Result<(), NotTaken> {
        let sent = match self.publish_batch(batch).await {
            Ok(results) => results,
            // One message can be the reason; each will say.
            Err(NotTaken::Refused(error)) => vec![Err(error); batch.len()],
            Err(silent) => return Err(silent),
        };
        let mut silence = Ok(());
        for (message, result) in batch.iter().zip(sent) {
            if silence.is_err() {
                said(result);
                continue;
            }
            match self.publish_alone(message, result).await {
                Ok(result) => said(result),
                Err(silent) => {
                    said(Err(TransportError::from(&silent)));
                    silence = Err(silent);
                }
            }
        }
        silence
    }
}

#[async_trait]
impl Publish for Topic {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = Vec::with_capacity(events.len());
        let mut messages = Vec::with_capacity(events.len());
        for (index, message) in self.messages(events).await.into_iter().enumerate() {
            match message {
                Ok(message) => {
                    // What SNS says takes its place.
                    results.push(Err(TransportError("not sent".into())));
                    messages.push((index, message));
                }
                Err(refused) => results.push(Err(refused)),
            }
        }
        let (places, messages): (Vec<usize>, Vec<Message>) = messages.into_iter().unzip();
        let mut said = Vec::with_capacity(messages.len());
        for batch in batches(&messages) {
            let sent = self.publish_each(batch, |result| said.push(result)).await;
            if let Err(silent) = sent {
                // The SDK has tried it several times, and whoever publishes has a deadline: nothing behind it is begun.
                said.resize(messages.len(), Err(TransportError::from(&silent)));
                break;
            }
        }
        for (place, result) in places.into_iter().zip(said) {
            results[place] = result;
        }
        results
    }
}

/// Why a request published nothing that is known of.
#[derive(Debug)]
enum NotTaken {
    /// SNS will not have it as it is (a 4xx answer).
    Refused(TransportError),
    /// SNS did not answer, failed, or asks for patience, after all that the SDK has tried.
    NoAnswer(TransportError),
}

impl From<&NotTaken> for TransportError {
    fn from((NotTaken::Refused(error) | NotTaken::NoAnswer(error)): &NotTaken) -> Self {
        error.clone()
    }
}

impl From<SdkError<PublishBatchError>> for NotTaken {
    fn from(error: SdkError<PublishBatchError>) -> Self {
        let refused = error
            .raw_response()
            .is_some_and(|raw| raw.status().is_client_error());
        let throttled = error.code().is_some_and(throttles);
        let text = TransportError(Failure::from(error).reason().to_owned());
        match refused && !throttled {
            true => Self::Refused(text),
            false => Self::NoAnswer(text),
        }
    }
}

/// SNS's own throttling, and that of KMS, which opens the topic's key for it: a client error by its status, and none of the message (AWS: SNS API
/// reference, `PublishBatch`, errors).
fn throttles(code: &str) -> bool {
    code.starts_with("Throttl") || code.starts_with("KMSThrottling")
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

fn entry(message: &Message, index: usize) -> PublishBatchRequestEntry {
    let entry = PublishBatchRequestEntry::builder()
        .id(index.to_string())
        .message(&message.body);
    let entry = message.attributes.iter().fold(entry, |entry, (name, value)| {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build();
        entry.message_attributes(*name, value.expect("the data type is set"))
    });
    entry.build().expect("id and message are set")
}
