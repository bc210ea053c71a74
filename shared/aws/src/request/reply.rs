//! Answering: sending to the reply queues of others.

use async_trait::async_trait;
use aws_sdk_sqs::{Client, operation::send_message::SendMessageError};
use tidings_core::{
    Envelope, Failure,
    ports::{Replied, Reply, TransportError},
};

/// The reply queues of this account and region.
#[derive(Debug, Clone)]
pub struct ReplyQueues {
    sqs: Client,
    /// What a queue's URL begins with.
    base: String,
}

impl ReplyQueues {
    /// The queues that are where the queue with the URL `own` is: a queue's URL ends with its name (AWS: SQS, queue and message identifiers).
    #[must_use]
    pub fn beside(sqs: Client, own: &str) -> Self {
        let base = own.rsplit_once('/').map_or("", |(base, _)| base).to_owned();
        Self { sqs, base }
    }
}

#[async_trait]
impl Reply for ReplyQueues {
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError> {
        let send = self
            .sqs
            .send_message()
            .queue_url(format!("{}/{queue}", self.base))
            .message_body(answer.to_json());
        match send.send().await {
            Ok(_) => Ok(Replied::Sent),
            Err(error) => match error.as_service_error() {
                Some(SendMessageError::QueueDoesNotExist(_)) => Ok(Replied::Gone),
                _ => Err(TransportError(Failure::from(error).reason().to_owned())),
            },
        }
    }
}
