//! What a topic brings to whom: `sns/test_sns` and `sns/test_sns_filter_policy`.

use anyhow::Context as _;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use futures::{FutureExt as _, future::BoxFuture};
use serde_json::{Value, json};
use tidings_core::{Takes, catalogue::filter};

use super::{Aws, Fact, bodies, same};

const ANY_POLICY: &str = "a policy is taken whatever is in it";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        says: "a subscription gets of a batch what its policy lets through, and one without a policy gets all",
        shown_by: "test_exists_filter_policy_attributes_array, 2024-05-14; test_filter_policy_for_batch, 2024-12-03",
        instead: None,
        holds: by_policy,
    },
    Fact {
        says: "what was published before is not for who subscribes then",
        shown_by: "test_publish_message_before_subscribe_topic, 2023-08-24",
        instead: None,
        holds: before,
    },
    Fact {
        says: "a policy is refused whose operator is in no array, whose operand is no string, or whose array is empty",
        shown_by: "test_validate_policy_string_operators, 2024-12-03",
        instead: Some(ANY_POLICY),
        holds: operators,
    },
    Fact {
        says: "a policy of more than five keys is refused",
        shown_by: "test_policy_complexity, 2024-05-14",
        instead: Some(ANY_POLICY),
        holds: six_keys,
    },
];

impl Aws {
    async fn topic(&self, name: &str) -> anyhow::Result<String> {
        let made = self.sns.create_topic().name(name).send().await?;
        made.topic_arn.context("a topic without ARN")
    }

    /// Subscribes a queue of its own, with this policy, and answers its URL.
    async fn subscribe(&self, topic: &str, name: &str, policy: Option<Value>) -> anyhow::Result<String> {
        let queue = self.queue(name, &[]).await?;
        let arn = self.arn(&queue).await?;
        let policy_of_queue = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }],
        });
        let set = self.sqs.set_queue_attributes().queue_url(&queue);
        let name = aws_sdk_sqs::types::QueueAttributeName::Policy;
        set.attributes(name, policy_of_queue.to_string()).send().await?;
        let subscribe = self
            .sns
            .subscribe()
            .topic_arn(topic)
            .protocol("sqs")
            .endpoint(arn);
        let subscribe = subscribe.attributes("RawMessageDelivery", "true");
        let subscribe = match policy {
            Some(policy) => subscribe.attributes("FilterPolicy", policy.to_string()),
            None => subscribe,
        };
        subscribe.send().await?;
        Ok(queue)
    }

    /// Publishes messages in one batch, each with its type.
    async fn publish(&self, topic: &str, types: &[&str]) -> anyhow::Result<()> {
        let mut batch = self.sns.publish_batch().topic_arn(topic);
        for of in types {
            let attribute = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(*of);
            let entry = PublishBatchRequestEntry::builder()
                .id(*of)
                .message(*of)
                .message_attributes("type", attribute.build()?);
            batch = batch.publish_batch_request_entries(entry.build()?);
        }
        let published = batch.send().await?;
        same(published.successful().len(), types.len())
    }

    /// All that comes within a second behind the last.
    async fn all(&self, queue: &str) -> anyhow::Result<Vec<String>> {
        let mut all = Vec::new();
        loop {
            let received = self
                .receive(queue, 10, if all.is_empty() { 10 } else { 1 })
                .await?;
            if received.is_empty() {
                all.sort();
                return Ok(all);
            }
            all.extend(bodies(&received).into_iter().map(ToOwned::to_owned));
        }
    }

    /// Whether a subscription with this policy is refused.
    async fn refuses(&self, name: &str, policy: Value) -> anyhow::Result<()> {
        let topic = self.topic(name).await?;
        let subscribed = self.subscribe(&topic, name, Some(policy.clone())).await;
        anyhow::ensure!(subscribed.is_err(), "{policy} was taken");
        Ok(())
    }
}

fn by_policy(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let topic = aws.topic("by-policy").await?;
        let policy = filter(&Takes::Types(vec!["value1", "value9"]));
        let with = aws.subscribe(&topic, "with-policy", policy).await?;
        let prefix = aws
            .subscribe(&topic, "with-prefix", filter(&Takes::Prefix("value1")))
            .await?;
        let without = aws
            .subscribe(&topic, "without-policy", filter(&Takes::All))
            .await?;
        aws.publish(&topic, &["value1", "value2", "value11"]).await?;
        same(aws.all(&with).await?, vec!["value1".to_owned()])?;
        same(
            aws.all(&prefix).await?,
            vec!["value1".to_owned(), "value11".to_owned()],
        )?;
        let all = ["value1", "value11", "value2"].map(ToOwned::to_owned).to_vec();
        same(aws.all(&without).await?, all)
    }
    .boxed()
}

fn before(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let topic = aws.topic("before").await?;
        aws.publish(&topic, &["before"]).await?;
        let late = aws.subscribe(&topic, "late", None).await?;
        aws.publish(&topic, &["after"]).await?;
        same(aws.all(&late).await?, vec!["after".to_owned()])
    }
    .boxed()
}

fn operators(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        aws.refuses("no-array", json!({ "type": { "prefix": "order." } }))
            .await?;
        aws.refuses("no-string", json!({ "type": [{ "prefix": 100 }] }))
            .await?;
        aws.refuses("empty", json!({ "type": [] })).await
    }
    .boxed()
}

fn six_keys(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let policy = json!({ "a": ["1"], "b": ["1"], "c": ["1"], "d": ["1"], "e": ["1"], "f": ["1"] });
        aws.refuses("six-keys", policy).await
    }
    .boxed()
}
