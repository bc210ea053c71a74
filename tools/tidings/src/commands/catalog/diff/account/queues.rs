//! Queues.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_sqs::{
    Client, error::DisplayErrorContext, operation::get_queue_url::GetQueueUrlError, types::QueueAttributeName,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use tidings_catalogue::drift::deployed::Queue;

use super::{AT_ONCE, last};

/// Those of the queues that are there.
pub async fn of(sqs: &Client, names: &[String]) -> anyhow::Result<BTreeMap<String, Queue>> {
    let found = stream::iter(names)
        .map(async |name| anyhow::Ok(described(sqs, name).await?.map(|queue| (name.clone(), queue))))
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn described(sqs: &Client, name: &str) -> anyhow::Result<Option<Queue>> {
    let url = match sqs.get_queue_url().queue_name(name).send().await {
        Ok(found) => found.queue_url.with_context(|| format!("{name} has no URL"))?,
        Err(error) => match error.as_service_error() {
            Some(GetQueueUrlError::QueueDoesNotExist(_)) => return Ok(None),
            _ => anyhow::bail!("{name}: {}", DisplayErrorContext(error)),
        },
    };
    let asked = sqs
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::All);
    let attributes = asked
        .send()
        .await
        .with_context(|| name.to_owned())?
        .attributes
        .unwrap_or_default();
    let number = |attribute: QueueAttributeName| -> anyhow::Result<Option<u64>> {
        let text = attributes.get(&attribute);
        let read = text.map(|text| text.parse()).transpose();
        read.with_context(|| format!("{name}: {attribute}"))
    };
    let policy = attributes
        .get(&QueueAttributeName::RedrivePolicy)
        .filter(|text| !text.is_empty());
    let policy = policy.map(|text| serde_json::from_str::<Value>(text)).transpose();
    let policy = policy
        .with_context(|| format!("{name}: RedrivePolicy"))?
        .unwrap_or_default();
    // A number to some, a text to others.
    let receives = &policy["maxReceiveCount"];
    let receives = receives.as_u64().or_else(|| receives.as_str()?.parse().ok());
    Ok(Some(Queue {
        visibility_seconds: number(QueueAttributeName::VisibilityTimeout)?,
        retention_seconds: number(QueueAttributeName::MessageRetentionPeriod)?,
        dead_letters: policy["deadLetterTargetArn"]
            .as_str()
            .map(|arn| last(arn).to_owned()),
        max_receive_count: receives,
    }))
}
