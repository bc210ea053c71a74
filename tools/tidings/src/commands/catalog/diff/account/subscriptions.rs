//! The subscriptions of the topic.

use std::collections::HashMap;

use anyhow::Context as _;
use aws_sdk_sns::Client;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use tidings_catalogue::drift::deployed::Subscription;

use super::{AT_ONCE, last};

/// The subscriptions of the topic of this name; none, where there is no topic.
pub async fn of(sns: &Client, topic: &str) -> anyhow::Result<Vec<Subscription>> {
    let mut topics = sns.list_topics().into_paginator().items().send();
    let arn = loop {
        let Some(found) = topics.next().await else {
            return Ok(Vec::new());
        };
        match found?.topic_arn {
            Some(arn) if last(&arn) == topic => break arn,
            _ => {}
        }
    };
    let listed = sns.list_subscriptions_by_topic().topic_arn(arn).into_paginator();
    let listed = listed.items().send().collect::<Result<Vec<_>, _>>().await?;
    stream::iter(listed)
        .map(async |one| {
            let endpoint = one.endpoint.unwrap_or_default();
            match one.subscription_arn {
                // Not confirmed yet: it has no attributes (SNS, ListSubscriptionsByTopic).
                Some(arn) if arn.starts_with("arn:") => described(sns, &endpoint, &arn).await,
                _ => Ok(Subscription {
                    queue: last(&endpoint).to_owned(),
                    ..Subscription::default()
                }),
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

async fn described(sns: &Client, endpoint: &str, arn: &str) -> anyhow::Result<Subscription> {
    let asked = sns
        .get_subscription_attributes()
        .subscription_arn(arn)
        .send()
        .await;
    let attributes: HashMap<_, _> = asked
        .with_context(|| arn.to_owned())?
        .attributes
        .unwrap_or_default();
    let json = |name: &str| -> anyhow::Result<Option<Value>> {
        let text = attributes.get(name).filter(|text| !text.is_empty());
        let read = text.map(|text| serde_json::from_str(text)).transpose();
        read.with_context(|| format!("{arn}: {name}"))
    };
    let letters = json("RedrivePolicy")?;
    let letters = letters
        .as_ref()
        .and_then(|policy| policy["deadLetterTargetArn"].as_str());
    Ok(Subscription {
        queue: last(endpoint).to_owned(),
        filter: json("FilterPolicy")?,
        filter_scope: attributes.get("FilterPolicyScope").cloned(),
        raw: attributes
            .get("RawMessageDelivery")
            .is_some_and(|raw| raw == "true"),
        dead_letters: letters.map(|arn| last(arn).to_owned()),
    })
}
