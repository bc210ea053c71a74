//! Dead-letter queues.

use std::collections::BTreeMap;

use anyhow::Context as _;

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

impl Stack {
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
            let receipt = ours.receipt_handle.context("a message without receipt")?;
            self.sqs
                .delete_message()
                .queue_url(&url)
                .receipt_handle(receipt)
                .send()
                .await?;
            let attributes = ours.message_attributes.unwrap_or_default().into_iter();
            let attributes = attributes
                .map(|(name, value)| (name, value.string_value.unwrap_or_default()))
                .collect();
            Ok(Letter {
                body: body.to_owned(),
                attributes,
            })
        })
        .await
    }
}
