//! What is deployed, as a worker needs it.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::{
    error::{DisplayErrorContext, ProvideErrorMetadata as _},
    operation::describe_table::DescribeTableError,
};
use tidings_aws::{
    TableNames,
    claim_check::S3ClaimCheck,
    clients::{https, timeouts},
    environment::optional,
    runtime::{PersonKeysAt, Resources},
    topic::Topic,
    worker::{Source, SourceError},
};
use tidings_core::{
    catalogue::{Access, EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Resource, Table},
    consumer::Declared,
    ports::ClaimCheck,
};

use crate::names::Names;

/// What to do when something is not there.
const MISSING: &str =
    "deploy the system first (`make deploy`, `make stack`), or say which stage it is (--stage)";

/// The system as it is deployed in an account, or on an emulator.
pub struct Deployment {
    pub config: SdkConfig,
    pub names: Names,
}

/// The AWS CLI's configuration: environment, profiles, the machine's role.
pub async fn configuration() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(https())
        .timeout_config(timeouts())
        .load()
        .await
}

/// A consumer's queue, and everything else that it works with.
pub struct Place {
    pub source: Source,
    pub resources: Resources,
}

impl Deployment {
    /// What has these names, in the account and region of the AWS CLI's configuration: environment, profiles, the machine's role.
    pub async fn of(names: Names) -> Self {
        Self {
            config: configuration().await,
            names,
        }
    }

    /// Finds a consumer's queues and tables; each table's name can be said by the variable that a function has for it.
    pub async fn place(&self, consumer: &Declared) -> anyhow::Result<Place> {
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let source =
            found(Source::find(sqs.clone(), &self.names.queue(consumer.name, &consumer.takes)).await)?;
        let dead_letters = self.names.dead_letter_queue(consumer.name, &consumer.takes);
        let dead_letters = found(Source::find(sqs, &dead_letters).await)?;
        let resources = Resources {
            idempotency: self.table(&IDEMPOTENCY),
            outbox: (!consumer.publishes.is_empty()).then(|| self.table(&OUTBOX)),
            tables: TableNames::from_environment_or(consumer.uses, |table| self.names.table(table.name)),
            claim_check_bucket: Some(self.claims_bucket(&source)?),
            reply_prefix: consumer.command().map(|_| self.names.replies()),
            person_keys: Resource::personal_among(consumer.uses).then(|| self.person_keys()),
            queue_url: Some(source.url().to_owned()),
            dead_letter_queue_url: Some(dead_letters.url().to_owned()),
        };
        let tables = resources.tables.all().chain(resources.outbox.as_deref());
        let keys = resources.person_keys.as_ref().map(|at| at.table.as_str());
        for table in tables.chain(keys).chain([resources.idempotency.as_str()]) {
            self.is_there(table).await?;
        }
        Ok(Place { source, resources })
    }

    /// The topic, in the region and account of a queue.
    pub fn topic(&self, queue: &Source) -> anyhow::Result<Topic> {
        let arn = match optional("TOPIC_ARN") {
            Some(arn) => arn,
            None => {
                let [partition, region, account] = account_of(queue)?;
                format!("arn:{partition}:sns:{region}:{account}:{}", self.names.topic())
            }
        };
        let topic = Topic::new(aws_sdk_sns::Client::new(&self.config), arn);
        Ok(topic.with_claim_check(Some(self.claim_check(queue)?)))
    }

    /// The store for the data of large events, in the region and account of a queue.
    pub fn claim_check(&self, queue: &Source) -> anyhow::Result<Arc<dyn ClaimCheck>> {
        let bucket = self.claims_bucket(queue)?;
        Ok(Arc::new(S3ClaimCheck::new(&self.config, bucket)))
    }

    /// The bucket for the data of large events, in the region and account of a queue. Whether it is there, only such an event tells.
    fn claims_bucket(&self, queue: &Source) -> anyhow::Result<String> {
        if let Some(bucket) = optional("CLAIM_CHECK_BUCKET") {
            return Ok(bucket);
        }
        let [_, region, account] = account_of(queue)?;
        Ok(self.names.claims_bucket(account, region))
    }

    /// A bucket of the catalogue, in the region and account of a consumer's queue.
    pub async fn bucket(&self, consumer: &Declared, name: &str) -> anyhow::Result<String> {
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let queue = found(Source::find(sqs, &self.names.queue(consumer.name, &consumer.takes)).await)?;
        let [_, region, account] = account_of(&queue)?;
        Ok(self.names.bucket(name, account, region))
    }

    pub fn person_keys(&self) -> PersonKeysAt {
        PersonKeysAt {
            table: optional("PERSON_KEYS_TABLE").unwrap_or_else(|| self.names.table(PERSON_KEYS.name)),
            kms_key: optional("PERSON_KEYS_KMS_KEY").unwrap_or_else(|| self.names.person_keys_alias()),
        }
    }

    /// The tables among `uses`, and those that the library itself reads for a world.
    pub fn tables(&self, uses: &[Resource]) -> TableNames {
        let used = uses.iter().filter_map(Resource::table);
        let tables = used.chain([&EVENTS, &IDEMPOTENCY]);
        TableNames::new(tables.map(|table| (table.name, self.table(table))))
    }

    /// The name of a table of the system, which `TABLE_<NAME>` can say; and `IDEMPOTENCY_TABLE` and `OUTBOX_TABLE`, as consumers are told
    /// of those two.
    pub fn table(&self, table: &'static Table) -> String {
        let shared = [(IDEMPOTENCY, "IDEMPOTENCY_TABLE"), (OUTBOX, "OUTBOX_TABLE")];
        let shared = shared.into_iter().find(|(one, _)| one == table);
        if let Some(name) = shared.and_then(|(_, variable)| optional(variable)) {
            return name;
        }
        let uses = [Resource::Table(table, Access::Read)];
        let names = TableNames::from_environment_or(&uses, |table| self.names.table(table.name));
        names.all().next().expect("one table, one name").to_owned()
    }

    /// Fails where there is no such table. A role that may not ask may still write, so that is no failure.
    pub async fn is_there(&self, table: &str) -> anyhow::Result<()> {
        let dynamodb = aws_sdk_dynamodb::Client::new(&self.config);
        let Err(error) = dynamodb.describe_table().table_name(table).send().await else {
            return Ok(());
        };
        match error.as_service_error() {
            Some(DescribeTableError::ResourceNotFoundException(_)) => {
                bail!("there is no table {table}: {MISSING}")
            }
            Some(refused) if refused.code() == Some("AccessDeniedException") => {
                tracing::info!(
                    table,
                    "whether the table is there is not known: dynamodb:DescribeTable is not allowed"
                );
                Ok(())
            }
            _ => bail!("the table {table}: {}", DisplayErrorContext(error)),
        }
    }
}

/// The partition, the region and the account that a queue is in.
fn account_of(queue: &Source) -> anyhow::Result<[&str; 3]> {
    let parts: Vec<_> = queue.arn().split(':').collect();
    let [_, partition, _, region, account, _] = parts[..] else {
        bail!("{} is no ARN of a queue", queue.arn());
    };
    Ok([partition, region, account])
}

fn found(source: Result<Source, SourceError>) -> anyhow::Result<Source> {
    match source {
        Err(missing @ SourceError::Missing(_)) => Err(missing).context(MISSING),
        other => Ok(other?),
    }
}
