//! Where in the account everything is that a consumer works with.

use std::sync::Arc;

use aws_types::SdkConfig;
use tidings_core::{
    catalogue::Resource,
    clock::{SystemClock, SystemEntropy},
    consumer::Declared,
    contract::{Addressed, Schemas},
};

use super::{Replies, Surroundings};
use crate::{
    TableNames,
    environment::{ConfigError, optional, required, schemas},
    idempotency::IdempotencyTable,
    observe::Observe,
    outbox::Outbox,
    personal::Keyring,
    queue::{DeadLetterQueue, Queue},
    request::ReplyQueues,
    service::Adapters,
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
    /// Where the schemas of answers are served, if somebody serves them.
    pub schemas: Option<Schemas>,
    /// What the names of reply queues begin with; without it, commands are not answered.
    pub reply_prefix: Option<String>,
    /// The table of persons' keys and the KMS key that wraps them; none for a consumer that neither seals nor opens.
    pub person_keys: Option<PersonKeysAt>,
    /// The URL of the consumer's queue; without it, backoff is left to the queue's visibility time-out.
    pub queue_url: Option<String>,
    /// The URL of its dead-letter queue; without it, what cannot be helped is left to the redrive policy.
    pub dead_letter_queue_url: Option<String>,
}

/// Where the keys of persons are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonKeysAt {
    /// The table.
    pub table: String,
    /// The KMS key that wraps them: its id, ARN or alias.
    pub kms_key: String,
}

impl PersonKeysAt {
    /// Reads `PERSON_KEYS_TABLE` and `PERSON_KEYS_KMS_KEY`, if personal values are among `uses`.
    pub(crate) fn from_environment(uses: &[Resource]) -> Result<Option<Self>, ConfigError> {
        if !Resource::personal_among(uses) {
            return Ok(None);
        }
        Ok(Some(Self {
            table: required("PERSON_KEYS_TABLE")?,
            kms_key: required("PERSON_KEYS_KMS_KEY")?,
        }))
    }
}

impl Resources {
    /// Reads `IDEMPOTENCY_TABLE`, `QUEUE_URL`, `DEAD_LETTER_QUEUE_URL`, `CLAIM_CHECK_BUCKET`, `REPLY_PREFIX`, `SCHEMAS_URL`, `OUTBOX_TABLE` if the consumer emits events,
    /// and `PERSON_KEYS_TABLE` and `PERSON_KEYS_KMS_KEY` if it uses personal values.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable of a table or a key that is not set.
    pub fn from_environment(consumer: &Declared, tables: TableNames) -> Result<Self, ConfigError> {
        let emits = !consumer.publishes.is_empty();
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
            schemas: schemas(),
            reply_prefix: optional("REPLY_PREFIX"),
            person_keys: PersonKeysAt::from_environment(consumer.uses)?,
            queue_url,
            dead_letter_queue_url,
        })
    }

    /// The surroundings on AWS, with the machine's clock and entropy; what no adapter is for is not there.
    #[must_use]
    pub fn surroundings(
        self,
        config: &SdkConfig,
        adapters: Adapters,
        observe: Arc<dyn Observe>,
    ) -> Surroundings {
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        let sqs = aws_sdk_sqs::Client::new(config);
        Surroundings {
            records: IdempotencyTable::new(dynamodb.clone(), self.idempotency),
            tables: self.tables,
            outbox: self.outbox.map(|table| Outbox::new(dynamodb.clone(), table)),
            claim_check: self
                .claim_check_bucket
                .zip(adapters.claim_check)
                .map(|(bucket, claim_check)| claim_check(config, bucket)),
            replies: self
                .reply_prefix
                .zip(self.queue_url.as_deref())
                .map(|(prefix, own)| Replies {
                    prefix,
                    reply: Arc::new(Addressed::new(
                        Arc::new(ReplyQueues::beside(sqs.clone(), own)),
                        self.schemas,
                    )),
                }),
            keyring: self.person_keys.zip(adapters.key_wrap).map(|(at, key_wrap)| {
                Arc::new(Keyring::on(dynamodb, at.table, key_wrap(config, at.kms_key)))
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
