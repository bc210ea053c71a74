//! What the catalogue says, made by the API: for an endpoint that deploys no templates.

use anyhow::Context as _;
use aws_sdk_sqs::types::QueueAttributeName;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    checkout,
    stack::SYSTEM,
    tables::{Shape, Tables},
};

/// The part of the catalogue that is made.
#[derive(Deserialize)]
struct Catalogue<'a> {
    #[serde(borrow)]
    tables: Vec<Shape<'a>>,
    consumers: Vec<Consumer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consumer {
    name: String,
    takes: Value,
    filter: Option<Value>,
    visibility_timeout_seconds: u32,
    max_receive_count: u32,
    retention_seconds: u32,
    dead_letter_retention_seconds: u32,
}

/// An endpoint that has SNS and SQS, and no more.
pub struct Provision<'a> {
    /// SNS.
    pub sns: &'a aws_sdk_sns::Client,
    /// SQS.
    pub sqs: &'a aws_sdk_sqs::Client,
    /// Where the tables are made.
    pub tables: &'a Tables,
}

impl Provision<'_> {
    /// Makes the tables, the topic, and for each consumer its queues and, unless it handles a command, its subscription, named and configured as
    /// `infra/lib` does it.
    ///
    /// # Errors
    /// When something is refused, or there is no catalogue.
    pub async fn everything(&self) -> anyhow::Result<()> {
        let text = checkout::read(checkout::catalogue()?)?;
        let catalogue: Catalogue<'_> = serde_json::from_str(&text).context("the catalogue")?;
        for table in &catalogue.tables {
            self.tables.create(table).await?;
        }
        let topic = self
            .sns
            .create_topic()
            .name(format!("{SYSTEM}-events"))
            .send()
            .await?;
        let topic = topic.topic_arn.context("a topic without ARN")?;
        for consumer in &catalogue.consumers {
            self.consumer(&topic, consumer)
                .await
                .with_context(|| consumer.name.clone())?;
        }
        Ok(())
    }

    async fn consumer(&self, topic: &str, consumer: &Consumer) -> anyhow::Result<()> {
        use QueueAttributeName::{MessageRetentionPeriod, RedrivePolicy, VisibilityTimeout};
        let name = &consumer.name;
        let kept = || {
            (
                MessageRetentionPeriod,
                consumer.dead_letter_retention_seconds.to_string(),
            )
        };
        if consumer.takes.get("command").is_some() {
            return self.handler(consumer).await;
        }
        let dead = self.queue(&format!("{name}-dlq"), [kept()]).await?;
        let undelivered = self.queue(&format!("{name}-subscription-dlq"), [kept()]).await?;
        let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": consumer.max_receive_count });
        let attributes = [
            (VisibilityTimeout, consumer.visibility_timeout_seconds.to_string()),
            (MessageRetentionPeriod, consumer.retention_seconds.to_string()),
            (RedrivePolicy, redrive.to_string()),
        ];
        let queue = self.queue(name, attributes).await?;
        let redrive = json!({ "deadLetterTargetArn": undelivered });
        let subscribe = self
            .sns
            .subscribe()
            .topic_arn(topic)
            .protocol("sqs")
            .endpoint(queue);
        let subscribe = subscribe
            .attributes("RawMessageDelivery", "true")
            .attributes("RedrivePolicy", redrive.to_string());
        let subscribe = match &consumer.filter {
            Some(filter) => subscribe
                .attributes("FilterPolicy", filter.to_string())
                .attributes("FilterPolicyScope", "MessageAttributes"),
            None => subscribe,
        };
        subscribe.send().await?;
        Ok(())
    }

    /// The queues of a command's handler are FIFO, and no subscription leads there.
    async fn handler(&self, consumer: &Consumer) -> anyhow::Result<()> {
        use QueueAttributeName::{
            DeduplicationScope, FifoQueue, FifoThroughputLimit, MessageRetentionPeriod, RedrivePolicy,
            VisibilityTimeout,
        };
        let (name, fifo) = (&consumer.name, (FifoQueue, "true".to_owned()));
        let kept = consumer.dead_letter_retention_seconds.to_string();
        let dead = [fifo.clone(), (MessageRetentionPeriod, kept)];
        let dead = self.queue(&format!("{name}-dlq.fifo"), dead).await?;
        let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": consumer.max_receive_count });
        let attributes = [
            fifo,
            (DeduplicationScope, "messageGroup".to_owned()),
            (FifoThroughputLimit, "perMessageGroupId".to_owned()),
            (VisibilityTimeout, consumer.visibility_timeout_seconds.to_string()),
            (MessageRetentionPeriod, consumer.retention_seconds.to_string()),
            (RedrivePolicy, redrive.to_string()),
        ];
        self.queue(&format!("{name}.fifo"), attributes).await.map(drop)
    }

    /// Makes a queue; its ARN.
    async fn queue(
        &self,
        name: &str,
        attributes: impl IntoIterator<Item = (QueueAttributeName, String)>,
    ) -> anyhow::Result<String> {
        let create = self.sqs.create_queue().queue_name(name);
        let attributes = attributes.into_iter().collect();
        let url = create.set_attributes(Some(attributes)).send().await?.queue_url;
        let url = url.context("a queue without URL")?;
        let ask = self.sqs.get_queue_attributes().queue_url(url);
        let answer = ask.attribute_names(QueueAttributeName::QueueArn).send().await?;
        let arn = answer
            .attributes
            .and_then(|mut all| all.remove(&QueueAttributeName::QueueArn));
        arn.context("a queue without ARN")
    }
}
