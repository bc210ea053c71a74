//! The deployed system: at `AWS_ENDPOINT_URL`, or on an emulator that the test starts for itself.

use std::{ops::Deref, sync::Arc};

use anyhow::Context as _;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::QueueAttributeName;
use billing::CreateInvoice;
use insights::TrackAnalytics;
use notifications::SendOrderConfirmation;
use serde_json::Value;
use tidings_aws::{clients::https, environment::optional, personal::Keyring};
use tidings_core::{Consumer as _, catalogue::PERSON_KEYS, ports::ClaimCheck};
use tidings_lambda::adapters::{claim_check, key_wrap};

use crate::{emulator::Emulator, tables::Tables};

/// The consumers of `order.placed`.
pub const CONSUMERS: [&str; 3] = [
    CreateInvoice::NAME,
    SendOrderConfirmation::NAME,
    TrackAnalytics::NAME,
];

/// The system's name, which begins the names of its topic and tables.
pub(crate) const SYSTEM: &str = "storefront";

/// The most that is read of what the emulator shows, in bytes.
const MOST_SHOWN: u64 = 1 << 30;

/// The deployed system, with a client for each service that the tests look into.
pub struct Stack {
    /// The tables; what is asked of them can be asked of the stack.
    tables: Tables,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// The topic that all events go to.
    pub topic_arn: String,
    config: SdkConfig,
    endpoint: String,
    emulator: Option<Emulator>,
}

impl Stack {
    /// Finds the system at `AWS_ENDPOINT_URL`, or starts an emulator, whose files are in `target/tests/<name>`, and on which only some
    /// consumers listen ([`quiet`](crate::quiet)).
    ///
    /// # Errors
    /// When the emulator does not start, or the system is not deployed at the endpoint.
    pub async fn open(name: &str) -> anyhow::Result<Self> {
        let stack = Self::open_whole(name).await?;
        if stack.emulator.is_some() {
            stack.quieten().await?;
        }
        Ok(stack)
    }

    /// The same with every consumer.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_whole(name: &str) -> anyhow::Result<Self> {
        match optional("AWS_ENDPOINT_URL") {
            Some(endpoint) => {
                eprintln!("The system at AWS_ENDPOINT_URL={endpoint} is tested.");
                let config = aws_config::defaults(BehaviorVersion::latest())
                    .http_client(https())
                    .load()
                    .await;
                Self::connect(&config, &config, endpoint, None).await
            }
            None => Self::open_on_emulator(name, &[]).await,
        }
    }

    /// Starts an emulator with further arguments of `emulator up`, on which every consumer listens.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn open_on_emulator(name: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let emulator = Emulator::start(name, arguments)?;
        let config = configuration(emulator.endpoint()).await;
        Self::connect(&config, &config, emulator.endpoint().to_owned(), Some(emulator)).await
    }

    /// The keys of persons, as the functions have them.
    #[must_use]
    pub fn keyring(&self) -> Keyring {
        let name = format!("{SYSTEM}-{}", PERSON_KEYS.name);
        let wrap = key_wrap(&self.config, format!("alias/{name}"));
        Keyring::on(aws_sdk_dynamodb::Client::new(&self.config), &name, wrap)
    }

    /// Connects to the system that `config` leads to, whose tables may be elsewhere.
    ///
    /// # Errors
    /// When the system is not deployed there.
    pub(crate) async fn connect(
        config: &SdkConfig,
        tables: &SdkConfig,
        endpoint: String,
        emulator: Option<Emulator>,
    ) -> anyhow::Result<Self> {
        let sns = aws_sdk_sns::Client::new(config);
        let name = format!(":{SYSTEM}-events");
        let topics = sns
            .list_topics()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await?;
        let topic = topics
            .into_iter()
            .filter_map(|topic| topic.topic_arn)
            .find(|arn| arn.ends_with(&name));
        Ok(Self {
            tables: Tables::new(aws_sdk_dynamodb::Client::new(tables), format!("{SYSTEM}-")),
            lambda: aws_sdk_lambda::Client::new(config),
            s3: s3(config),
            sqs: aws_sdk_sqs::Client::new(config),
            topic_arn: topic.with_context(|| {
                format!("no topic {SYSTEM}-events at {endpoint}: deploy the system there")
            })?,
            sns,
            config: config.clone(),
            endpoint,
            emulator,
        })
    }

    /// The emulator, where the test has started it itself.
    #[must_use]
    pub fn emulator(&self) -> Option<&Emulator> {
        self.emulator.as_ref()
    }

    /// What the emulator shows beyond AWS; none where the endpoint is something else.
    #[must_use]
    pub fn peek(&self, path: &str) -> Option<Value> {
        let url = format!("{}/{path}", self.endpoint);
        let mut answer = ureq::get(url).call().ok()?;
        // Ten thousand mails are more than a client takes unasked.
        answer.body_mut().with_config().limit(MOST_SHOWN).read_json().ok()
    }

    /// The store for the data of large events, in the bucket that the functions are told.
    ///
    /// # Errors
    /// When they are told none.
    pub async fn claim_check(&self) -> anyhow::Result<Arc<dyn ClaimCheck>> {
        let bucket = self.told(CreateInvoice::NAME, "CLAIM_CHECK_BUCKET").await?;
        Ok(claim_check(&self.config, bucket))
    }

    /// What a function is told by this variable of its environment.
    ///
    /// # Errors
    /// When it is told nothing by it.
    pub async fn told(&self, function: &str, variable: &str) -> anyhow::Result<String> {
        let function = self.lambda.get_function_configuration().function_name(function);
        let variables = function
            .send()
            .await?
            .environment
            .and_then(|environment| environment.variables);
        let told = variables.and_then(|mut variables| variables.remove(variable));
        told.with_context(|| format!("{variable} is not set"))
    }

    /// The URL of a queue.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn queue_url(&self, name: &str) -> anyhow::Result<String> {
        let url = self
            .sqs
            .get_queue_url()
            .queue_name(name)
            .send()
            .await
            .with_context(|| format!("the queue {name}"))?;
        url.queue_url.context("a queue without URL")
    }

    /// How many messages a queue holds: waiting, in work, or back later.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn depth(&self, queue: &str) -> anyhow::Result<u32> {
        let numbers = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        self.sum(queue, &numbers).await
    }

    async fn sum(&self, queue: &str, numbers: &[QueueAttributeName]) -> anyhow::Result<u32> {
        let ask = self
            .sqs
            .get_queue_attributes()
            .queue_url(self.queue_url(queue).await?);
        let answer = ask.set_attribute_names(Some(numbers.to_vec())).send().await?;
        let attributes = answer.attributes.unwrap_or_default();
        numbers
            .iter()
            .filter_map(|number| attributes.get(number))
            .map(|text| Ok(text.parse::<u32>()?))
            .sum()
    }

    /// Waits until the consumers' queues are empty: every delivery is dealt with.
    ///
    /// # Errors
    /// When they do not become empty.
    pub async fn drained(&self) -> anyhow::Result<()> {
        crate::eventually("the consumers' queues are empty", async || {
            let waiting = self.waiting().await?;
            anyhow::ensure!(waiting == 0, "they hold {waiting} messages");
            Ok(())
        })
        .await
    }

    /// How many messages of the consumers' queues no function has received.
    ///
    /// # Errors
    /// When a queue does not answer.
    pub async fn not_received(&self) -> anyhow::Result<u32> {
        let mut waiting = 0;
        for queue in CONSUMERS {
            let visible = [QueueAttributeName::ApproximateNumberOfMessages];
            waiting += self.sum(queue, &visible).await?;
        }
        Ok(waiting)
    }

    /// How many messages the consumers' queues hold.
    ///
    /// # Errors
    /// When a queue does not answer.
    pub async fn waiting(&self) -> anyhow::Result<u32> {
        let mut waiting = 0;
        for queue in CONSUMERS {
            waiting += self.depth(queue).await?;
        }
        Ok(waiting)
    }
}

impl Deref for Stack {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

/// By paths, because no name of a bucket leads to an endpoint on loopback.
fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// For an endpoint of our own: nothing of the machine's configuration or credentials.
pub async fn configuration(endpoint: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "emulator"))
        .load()
        .await
}
