//! The verbs of SQS that an operator needs, and no more. They are all that the desk knows of
//! messaging: a stage, an emulator and a local run answer them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_sqs::{
    Client,
    operation::get_queue_url::GetQueueUrlError,
    types::{
        ChangeMessageVisibilityBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
        QueueAttributeName,
    },
};
use jiff::Timestamp;
use tidings_core::Failure;

use crate::{
    error::{OperationError, Result},
    letter::Attributes,
};

/// Messages of a batch, at most (AWS: SQS `ReceiveMessage`, `ChangeMessageVisibilityBatch`).
const MOST_MESSAGES: usize = 10;

/// The queues of an account, of an emulator, or of a local run.
#[derive(Debug)]
pub struct Queues {
    sqs: Client,
    urls: Mutex<HashMap<String, String>>,
}

/// How many messages a queue holds. SQS calls these numbers approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Those that can be received.
    pub visible: u64,
    /// Those that somebody has received and has not deleted.
    pub hidden: u64,
}

/// A message that is to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its body.
    pub body: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its group, where the queue is FIFO.
    pub group: Option<String>,
    /// By which a FIFO queue knows it again, for five minutes.
    pub deduplication_id: Option<String>,
}

impl Queues {
    /// The queues that this client reaches.
    #[must_use]
    pub fn new(sqs: Client) -> Self {
        Self {
            sqs,
            urls: Mutex::default(),
        }
    }

    /// How much a queue holds; none where there is no such queue.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn depth(&self, queue: &str) -> Result<Option<Depth>> {
        let Some(url) = self.url(queue).await? else {
            return Ok(None);
        };
        let ask = self
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        let answer = ask.send().await.map_err(|error| failed(queue, error))?;
        let number = |name: QueueAttributeName| {
            let attributes = answer.attributes.as_ref()?;
            attributes.get(&name)?.parse().ok()
        };
        let depth = number(QueueAttributeName::ApproximateNumberOfMessages)
            .zip(number(QueueAttributeName::ApproximateNumberOfMessagesNotVisible));
        let (visible, hidden) = depth.ok_or_else(|| OperationError::Unanswered {
            what: queue.to_owned(),
            reason: "it does not tell how much it holds".to_owned(),
        })?;
        Ok(Some(Depth { visible, hidden }))
    }

    /// Until when the consumer of a queue pauses, as far as the queue tells: a local run's does
    /// (`tidings_bus::PAUSED_UNTIL`), SQS's do not.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn paused_until(&self, queue: &str) -> Result<Option<Timestamp>> {
        let Some(url) = self.url(queue).await? else {
            return Ok(None);
        };
        let ask = self.sqs.get_queue_attributes().queue_url(url);
        let ask = ask.attribute_names(QueueAttributeName::All);
        let answer = ask.send().await.map_err(|error| failed(queue, error))?;
        let told = answer.attributes.unwrap_or_default();
        let until = told.iter().find(|(name, _)| name.as_str() == "PausedUntil");
        Ok(until.and_then(|(_, until)| until.parse().ok()))
    }

    /// Receives up to ten messages, which are hidden then.
    ///
    /// # Errors
    /// When SQS does not answer, or there is no such queue.
    pub async fn receive(&self, queue: &str, hidden: Duration, wait: Duration) -> Result<Vec<Message>> {
        let receive = self
            .sqs
            .receive_message()
            .queue_url(self.there(queue).await?)
            .max_number_of_messages(MOST_MESSAGES as i32)
            .visibility_timeout(seconds(hidden))
            .wait_time_seconds(seconds(wait))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        let answer = receive.send().await.map_err(|error| failed(queue, error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Lets messages go: others can receive them at once. One whose time was up anyway is no error.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn release(&self, queue: &str, receipts: &[String]) -> Result<()> {
        let url = self.there(queue).await?;
        for some in receipts.chunks(MOST_MESSAGES) {
            let entries = some.iter().enumerate().map(|(index, receipt)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(receipt)
                    .visibility_timeout(0);
                entry.build().expect("both are set")
            });
            let release = self.sqs.change_message_visibility_batch().queue_url(&url);
            let release = release.set_entries(Some(entries.collect()));
            release.send().await.map_err(|error| failed(queue, error))?;
        }
        Ok(())
    }

    /// Lets the message that waits in a consumer's queue under this receipt be received at once.
    ///
    /// # Errors
    /// When SQS does not answer, or the receipt is stale.
    pub async fn call(&self, queue: &str, receipt: &str) -> Result<()> {
        let show = self.sqs.change_message_visibility();
        let show = show.queue_url(self.there(queue).await?).receipt_handle(receipt);
        let shown = show.visibility_timeout(0).send().await;
        shown.map(drop).map_err(|error| failed(queue, error))
    }

    /// Sends a message; it is accepted when this answers.
    ///
    /// # Errors
    /// When SQS does not answer, or refuses it.
    pub async fn send(&self, queue: &str, message: Outgoing) -> Result<()> {
        let send = self.sqs.send_message().queue_url(self.there(queue).await?);
        let mut send = send.message_body(message.body);
        for (name, attribute) in &message.attributes {
            send = send.message_attributes(name, MessageAttributeValue::from(attribute));
        }
        let send = send
            .set_message_group_id(message.group)
            .set_message_deduplication_id(message.deduplication_id);
        let sent = send.send().await;
        sent.map(drop).map_err(|error| failed(queue, error))
    }

    /// Deletes a message that was received.
    ///
    /// # Errors
    /// When SQS does not answer, or the receipt is stale: the message is still there.
    pub async fn delete(&self, queue: &str, receipt: &str) -> Result<()> {
        let delete = self.sqs.delete_message().queue_url(self.there(queue).await?);
        let deleted = delete.receipt_handle(receipt).send().await;
        deleted.map(drop).map_err(|error| failed(queue, error))
    }

    async fn there(&self, queue: &str) -> Result<String> {
        let url = self.url(queue).await?;
        url.ok_or_else(|| OperationError::NoQueue(queue.to_owned()))
    }

    async fn url(&self, queue: &str) -> Result<Option<String>> {
        let urls = || self.urls.lock().unwrap_or_else(PoisonError::into_inner);
        let known = urls().get(queue).cloned();
        if known.is_some() {
            return Ok(known);
        }
        match self.sqs.get_queue_url().queue_name(queue).send().await {
            Ok(answer) => {
                if let Some(url) = &answer.queue_url {
                    urls().insert(queue.to_owned(), url.clone());
                }
                Ok(answer.queue_url)
            }
            Err(error) => match error.as_service_error() {
                Some(GetQueueUrlError::QueueDoesNotExist(_)) => Ok(None),
                _ => Err(failed(queue, error)),
            },
        }
    }
}

fn failed(queue: &str, error: impl std::error::Error) -> OperationError {
    OperationError::of(queue)(Failure::from(error))
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
