//! Where in the account everything is that a consumer works with.

use std::sync::Arc;

use aws_config::SdkConfig;
use tidings_core::{
    Consumer,
    clock::{SystemClock, SystemEntropy},
};

use super::{Replies, Surroundings};
use crate::{
    TableNames,
    claim_check::S3ClaimCheck,
    environment::{ConfigError, optional, required},
    idempotency::IdempotencyTable,
    observe::Observe,
    outbox::Outbox,
    queue::{DeadLetterQueue, Queue},
    request::ReplyQueues,
};

/// The names of a consumer's resources: a function reads them from its environment, a worker finds them itself.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The idempotency table.
    pub idempotency: String,
    /// The outbox table; none for a consumer that emits no event.
    pub outbox: Option<String>,
    /// The tables that the consumer writes to.
    pub tables: TableNames,
    /// The bucket for the data of events that are too large for the topic, where there is one.
    pub claim_check_bucket: Option<String>,
    /// What the names of reply queues begin with; without it, commands are not answered.
    pub reply_prefix: Option<String>,
    /// The URL of the consumer's queue; without it, backoff is left to the queue's visibility time-out.
    pub queue_url: Option<String>,
    /// The URL of its dead-letter queue; without it, what cannot be helped is left to the redrive policy.
    pub dead_letter_queue_url: Option<String>,
}

impl Resources {
    /// Reads `IDEMPOTENCY_TABLE`, `QUEUE_URL`, `DEAD_LETTER_QUEUE_URL`, `CLAIM_CHECK_BUCKET`, `REPLY_PREFIX`, and `OUTBOX_TABLE` if the consumer emits events.
    ///
    /// # Errors
    /// [`ConfigError`], which names the table's variable that is not set.
    pub fn from_environment<C: Consumer>(tables: TableNames) -> Result<Self, ConfigError> {
        let emits = !C::publishes().is_empty();
        let (queue_url, dead_letter_queue_url) = (optional("QUEUE_URL"), optional("DEAD_LETTER_QUEUE_URL"));
        if queue_url.is_none() || dead_letter_queue_url.is_none() {
            tracing::warn!(
                "QUEUE_URL or DEAD_LETTER_QUEUE_URL is not set: backoff and dead letters are left to the redrive policy"
            );
        }
        Ok(Self {
            idempotency: required("IDEMPOTENCY_TABLE")?,
            outbox: emits.then(|| required("OUTBOX_TABLE")).transpose()?,
            tables,
            claim_check_bucket: optional("CLAIM_CHECK_BUCKET"),
            reply_prefix: optional("REPLY_PREFIX"),
            queue_url,
            dead_letter_queue_url,
        })
    }

    /// The surroundings on AWS, with the machine's clock and entropy.
    #[must_use]
    pub fn surroundings(self, config: &SdkConfig, observe: Arc<dyn Observe>) -> Surroundings {
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        let sqs = aws_sdk_sqs::Client::new(config);
        Surroundings {
            records: IdempotencyTable::new(dynamodb.clone(), self.idempotency),
            tables: self.tables,
            outbox: self.outbox.map(|table| Outbox::new(dynamodb, table)),
            claim_check: self
                .claim_check_bucket
                .map(|bucket| Arc::new(S3ClaimCheck::new(config, bucket)) as _),
            replies: self
                .reply_prefix
                .zip(self.queue_url.as_deref())
                .map(|(prefix, own)| Replies {
                    prefix,
                    reply: Arc::new(ReplyQueues::beside(sqs.clone(), own)),
                }),
            postpone: self
                .queue_url
                .map(|url| Arc::new(Queue::new(sqs.clone(), url)) as _),
            dead_letters: self
                .dead_letter_queue_url
                .map(|url| Arc::new(DeadLetterQueue::new(sqs, url)) as _),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            observe,
        }
    }
}
