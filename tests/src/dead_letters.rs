//! Dead-letter queues.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_sqs::types::Message;

use crate::{Stack, eventually};

/// A message in a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message as it came.
    pub body: String,
    /// What travels with it.
    pub attributes: BTreeMap<String, String>,
}

impl Letter {
    /// One of its attributes; empty where it has none of the name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

impl From<Message> for Letter {
    fn from(message: Message) -> Self {
        let attributes = message.message_attributes.unwrap_or_default().into_iter();
        Self {
            body: message.body.unwrap_or_default(),
            attributes: attributes
                .map(|(name, value)| (name, value.string_value.unwrap_or_default()))
                .collect(),
        }
    }
}

impl Stack {
    /// Takes everything out of the consumer's dead-letter queue.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn dead_letters(&self, consumer: &str) -> anyhow::Result<Vec<Letter>> {
        let url = self.queue_url(&format!("{consumer}-dlq")).await?;
        let mut letters = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&url);
            let receive = receive.max_number_of_messages(10).message_attribute_names("All");
            let messages = receive.send().await?.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(letters);
            }
            for message in messages {
                self.delete(&url, &message).await?;
                letters.push(Letter::from(message));
            }
        }
    }

    /// Waits for a message with this body in the consumer's dead-letter queue, and takes it out.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn dead_letter(&self, consumer: &str, body: &str) -> anyhow::Result<Letter> {
        let url = self.queue_url(&format!("{consumer}-dlq")).await?;
        eventually(&format!("{consumer} sets the message aside"), async || {
            // What is not ours is there again a second later.
            let receive = self
                .sqs
                .receive_message()
                .queue_url(&url)
                .max_number_of_messages(10)
                .visibility_timeout(1);
            let messages = receive
                .message_attribute_names("All")
                .send()
                .await?
                .messages
                .unwrap_or_default();
            let ours = messages
                .into_iter()
                .find(|message| message.body.as_deref() == Some(body));
            let ours = ours.context("it is not there")?;
            self.delete(&url, &ours).await?;
            Ok(Letter::from(ours))
        })
        .await
    }

    async fn delete(&self, queue_url: &str, message: &Message) -> anyhow::Result<()> {
        let receipt = message.receipt_handle.as_deref();
        let delete = self.sqs.delete_message().queue_url(queue_url);
        delete
            .receipt_handle(receipt.context("a message without receipt")?)
            .send()
            .await?;
        Ok(())
    }
}
