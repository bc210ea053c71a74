//! The reply queue of this process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    config::timeout::TimeoutConfig,
    error::SdkError,
    operation::{receive_message::ReceiveMessageError, tag_queue::TagQueueError},
    types::{DeleteMessageBatchRequestEntry, Message, QueueAttributeName},
};
use jiff::Timestamp;
use tidings_core::{
    Clock, Entropy, Failure,
    ports::{ReceiveReplies, TransportError},
};
use tokio::sync::Mutex;

/// The tag that says when the owner last said that it is there, in seconds since 1970.
pub(super) const RENEWED: &str = "tidings-renewed";
/// How often the owner says it, when it asks at all.
pub(super) const RENEWAL: Duration = Duration::from_secs(5 * 60);
/// How long an answer waits for its asker, in seconds: the least that SQS takes (AWS: SQS `CreateQueue`, `MessageRetentionPeriod`). It is long gone
/// by then.
const RETENTION: &str = "60";
/// The longest that one receive waits; SQS takes 20 s.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const MOST_MESSAGES: i32 = 10;
/// How long a queue that was made is not used yet (AWS: SQS API reference, `CreateQueue`: at least one second).
const SETTLES: Duration = Duration::from_secs(1);

/// A queue of this process's own, `<prefix><16 hexadecimal digits>`.
pub struct OwnReplyQueue {
    sqs: Client,
    prefix: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The lock makes those who ask first wait for one queue.
    queue: Mutex<Option<Queue>>,
}

#[derive(Clone)]
struct Queue {
    name: String,
    url: String,
    renewed: Timestamp,
}

impl OwnReplyQueue {
    /// A queue whose name begins with `prefix`; it is made when it is first needed.
    #[must_use]
    pub fn new(
        sqs: Client,
        prefix: impl Into<String>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            sqs,
            prefix: prefix.into(),
            clock,
            entropy,
            queue: Mutex::default(),
        }
    }

    /// Deletes the queue, if there is one; for a process that is about to end.
    ///
    /// # Errors
    /// When SQS does not answer: the reaper will delete it.
    pub async fn delete(&self) -> Result<(), TransportError> {
        let Some(queue) = self.queue.lock().await.take() else {
            return Ok(());
        };
        let delete = self.sqs.delete_queue().queue_url(queue.url);
        delete.send().await.map(drop).map_err(transport)
    }

    async fn create(&self) -> Result<Queue, TransportError> {
        let now = self.clock.now();
        let digits = self.entropy.bits() as u64;
        let name = format!("{}{digits:016x}", self.prefix);
        let create = self
            .sqs
            .create_queue()
            .queue_name(&name)
            .attributes(QueueAttributeName::MessageRetentionPeriod, RETENTION)
            .attributes(QueueAttributeName::SqsManagedSseEnabled, "true")
            .tags(RENEWED, now.as_second().to_string());
        let url = create.send().await.map_err(transport)?.queue_url;
        let url = url.ok_or_else(|| TransportError(format!("the queue {name} has no URL")))?;
        tracing::info!(queue = name, "a reply queue was made");
        tokio::time::sleep(SETTLES).await;
        Ok(Queue {
            name,
            url,
            renewed: now,
        })
    }

    /// Says that the owner is still there; none where the queue is not.
    async fn renew(&self, queue: Queue) -> Result<Option<Queue>, TransportError> {
        let renewed = self.clock.now();
        let tag = self.sqs.tag_queue().queue_url(&queue.url);
        match tag.tags(RENEWED, renewed.as_second().to_string()).send().await {
            Ok(_) => Ok(Some(Queue { renewed, ..queue })),
            Err(error) => match error.as_service_error() {
                Some(TagQueueError::QueueDoesNotExist(_)) => Ok(None),
                _ => Err(transport(error)),
            },
        }
    }

    fn is_fresh(&self, queue: &Queue) -> bool {
        let age = self.clock.now().duration_since(queue.renewed);
        Duration::try_from(age).unwrap_or_default() < RENEWAL
    }

    async fn receive_from(
        &self,
        queue: &Queue,
        wait: Duration,
    ) -> Result<Vec<Message>, SdkError<ReceiveMessageError>> {
        let wait = wait.min(LONGEST_WAIT);
        // The clients' own limit for an answer is shorter than a long poll.
        let patient = TimeoutConfig::builder()
            .operation_attempt_timeout(LONGEST_WAIT + Duration::from_secs(5))
            .build();
        let receive = self
            .sqs
            .receive_message()
            .queue_url(&queue.url)
            .max_number_of_messages(MOST_MESSAGES)
            // Rounded up: a wait of no second is a short poll, which asks only some of SQS's servers.
            .wait_time_seconds(
                i32::try_from(wait.as_secs())
                    .unwrap_or(i32::MAX)
                    .saturating_add(1)
                    .min(5),
            );
        let receive = receive
            .customize()
            .config_override(aws_sdk_sqs::config::Builder::new().timeout_config(patient));
        Ok(receive.send().await?.messages.unwrap_or_default())
    }

    /// What is not deleted comes a second time, and is dropped as unknown then.
    async fn delete_messages(&self, queue: &Queue, messages: &[Message]) -> Result<(), TransportError> {
        let entries = messages.iter().enumerate().map(|(index, message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(message.receipt_handle.clone().unwrap_or_default())
                .build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(transport)?;
        let delete = self.sqs.delete_message_batch().queue_url(&queue.url);
        delete
            .set_entries(Some(entries))
            .send()
            .await
            .map(drop)
            .map_err(transport)
    }
}

#[async_trait]
impl ReceiveReplies for OwnReplyQueue {
    async fn queue(&self) -> Result<String, TransportError> {
        let mut place = self.queue.lock().await;
        let there = match place.clone() {
            Some(queue) if self.is_fresh(&queue) => Some(queue),
            Some(queue) => self.renew(queue).await?,
            None => None,
        };
        let queue = match there {
            Some(queue) => queue,
            None => self.create().await?,
        };
        let name = queue.name.clone();
        *place = Some(queue);
        Ok(name)
    }

    async fn receive(&self, wait: Duration) -> Result<Vec<String>, TransportError> {
        let Some(queue) = self.queue.lock().await.clone() else {
            return Err(TransportError("there is no reply queue yet".to_owned()));
        };
        let messages = match self.receive_from(&queue, wait).await {
            Ok(messages) => messages,
            Err(error) => {
                if let Some(ReceiveMessageError::QueueDoesNotExist(_)) = error.as_service_error() {
                    // The next one who asks gets a new queue.
                    self.queue.lock().await.take_if(|there| there.name == queue.name);
                }
                return Err(transport(error));
            }
        };
        if !messages.is_empty()
            && let Err(error) = self.delete_messages(&queue, &messages).await
        {
            tracing::warn!(%error, "answers were received, and not deleted: they will come again");
        }
        Ok(messages.into_iter().filter_map(|message| message.body).collect())
    }
}

fn transport(error: impl std::error::Error) -> TransportError {
    TransportError(Failure::from(error).reason().to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    };
    use aws_smithy_types::body::SdkBody;
    use tidings_core::clock::{SystemClock, SystemEntropy};
    use tokio::time::Instant;

    use super::*;

    /// Answers every request, and keeps when each came.
    #[derive(Debug, Clone, Default)]
    struct Sqs(Arc<Mutex<Vec<(String, Instant)>>>);

    impl HttpConnector for Sqs {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            self.0.lock().unwrap().push((target.to_owned(), Instant::now()));
            let body = SdkBody::from(r#"{"QueueUrl":"https://sqs.example/1/replies-1"}"#);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), body)))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_is_named_and_asked_a_second_after_it_was_made() {
        let sqs = Sqs::default();
        let connector = SharedHttpConnector::new(sqs.clone());
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| connector.clone()));
        let client = Client::from_conf(config.build());
        let own = OwnReplyQueue::new(client, "replies-", Arc::new(SystemClock), Arc::new(SystemEntropy));
        own.queue().await.unwrap();
        let named = Instant::now();
        own.receive(Duration::ZERO).await.unwrap();
        let requests = sqs.0.lock().unwrap().clone();
        let [(create, made), (receive, asked)] = &requests[..] else {
            panic!("{requests:?}");
        };
        assert!(create.ends_with("CreateQueue") && receive.ends_with("ReceiveMessage"));
        // Of paused time, so these are exact whatever the machine does.
        assert!(named - *made >= SETTLES && *asked - *made >= SETTLES);
        own.queue().await.unwrap();
        assert_eq!(Instant::now(), *asked, "and once only");
    }
}
