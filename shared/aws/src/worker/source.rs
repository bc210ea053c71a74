//! The queue that a worker polls.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_sdk_sqs::{
    Client,
    config::timeout::TimeoutConfig,
    error::SdkError,
    operation::{get_queue_url::GetQueueUrlError, receive_message::ReceiveMessageError},
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use tidings_core::{Failure, ports::Postpone};

use super::held::Held;

/// How long a receive waits for a message: the most that SQS takes (AWS: SQS short and long polling).
const WAIT: Duration = Duration::from_secs(20);
/// The most messages that a receive hands out (AWS: SQS `ReceiveMessage`).
pub(super) const MOST_MESSAGES: u32 = 10;
/// Messages are hidden for at least this long, whatever the queue says, so that there is time to renew it.
const LEAST_HIDDEN: Duration = Duration::from_secs(3);

/// A queue, found by its name.
#[derive(Debug, Clone)]
pub struct Source {
    sqs: Client,
    name: String,
    url: String,
    arn: String,
    hidden: Duration,
    held: Arc<Held>,
}

/// Why a queue cannot be polled.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is none of this name: it is not deployed, or under another name.
    #[error("there is no queue {0}")]
    Missing(String),
    /// SQS did not answer, or refused.
    #[error("the queue {0}: {1}")]
    Refused(String, String),
}

impl Source {
    /// Finds the queue `name`.
    ///
    /// # Errors
    /// When there is none, or SQS does not answer.
    pub async fn find(sqs: Client, name: &str) -> Result<Self, SourceError> {
        let url = queue_url(&sqs, name).await?;
        let attributes = [
            QueueAttributeName::QueueArn,
            QueueAttributeName::VisibilityTimeout,
        ];
        let attributes = attributes_of(&sqs, name, &url, attributes.to_vec()).await?;
        let attribute = |attribute| attributes.get(&attribute).cloned();
        let lacks =
            |what: &str| SourceError::Refused(name.to_owned(), format!("it does not tell its {what}"));
        let arn = attribute(QueueAttributeName::QueueArn).ok_or_else(|| lacks("ARN"))?;
        let hidden = attribute(QueueAttributeName::VisibilityTimeout)
            .and_then(|seconds| seconds.parse().ok().map(Duration::from_secs))
            .ok_or_else(|| lacks("visibility time-out"))?
            .max(LEAST_HIDDEN);
        let held = Arc::new(Held::new(sqs.clone(), url.clone(), hidden));
        Ok(Self {
            sqs,
            name: name.to_owned(),
            url,
            arn,
            hidden,
            held,
        })
    }

    /// The queue's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The queue's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The queue's ARN; it says in which region and account everything is.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// What postpones the queue's messages, for the consumer's runtime. It must be this one: a message that was postponed
    /// past it would be hidden on by the worker.
    #[must_use]
    pub fn postpone(&self) -> Arc<dyn Postpone> {
        self.held.clone()
    }

    /// How many messages the queue holds: waiting, in work, or back later. SQS calls these numbers approximate.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn depth(&self) -> Result<u64, SourceError> {
        let numbers = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let answer = attributes_of(&self.sqs, &self.name, &self.url, numbers.to_vec()).await?;
        let unreadable =
            || SourceError::Refused(self.name.clone(), "it does not tell how much it holds".into());
        numbers
            .iter()
            .map(|number| answer.get(number).and_then(|text| text.parse::<u64>().ok()))
            .sum::<Option<u64>>()
            .ok_or_else(unreadable)
    }

    pub(super) fn held(&self) -> &Arc<Held> {
        &self.held
    }

    pub(super) fn sqs(&self) -> &Client {
        &self.sqs
    }

    /// Waits for messages, up to [`WAIT`].
    pub(super) async fn receive(&self, most: u32) -> Result<Vec<Message>, SdkError<ReceiveMessageError>> {
        // The clients' own limit for an answer is shorter than a long poll.
        let patient = TimeoutConfig::builder()
            .operation_attempt_timeout(WAIT + Duration::from_secs(5))
            .build();
        let receive = self
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most.clamp(1, MOST_MESSAGES) as i32)
            .wait_time_seconds(WAIT.as_secs() as i32)
            .visibility_timeout(seconds(self.hidden))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        let receive = receive
            .customize()
            .config_override(aws_sdk_sqs::config::Builder::new().timeout_config(patient));
        Ok(receive.send().await?.messages.unwrap_or_default())
    }
}

/// A duration as SQS takes it.
pub(super) fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

async fn queue_url(sqs: &Client, name: &str) -> Result<String, SourceError> {
    let answer = sqs.get_queue_url().queue_name(name).send().await;
    let answer = answer.map_err(|error| match error.as_service_error() {
        Some(GetQueueUrlError::QueueDoesNotExist(_)) => SourceError::Missing(name.to_owned()),
        _ => refused(name, error),
    })?;
    let no_url = || SourceError::Refused(name.to_owned(), "it has no URL".to_owned());
    answer.queue_url.ok_or_else(no_url)
}

async fn attributes_of(
    sqs: &Client,
    name: &str,
    url: &str,
    attributes: Vec<QueueAttributeName>,
) -> Result<HashMap<QueueAttributeName, String>, SourceError> {
    let ask = sqs.get_queue_attributes().queue_url(url);
    let answer = ask.set_attribute_names(Some(attributes)).send().await;
    let answer = answer.map_err(|error| refused(name, error))?;
    Ok(answer.attributes.unwrap_or_default())
}

fn refused(name: &str, error: impl std::error::Error) -> SourceError {
    SourceError::Refused(name.to_owned(), Failure::from(error).reason().to_owned())
}
