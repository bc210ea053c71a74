//! A queue of the test's own on the topic: what is published, as any consumer would get it.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName};
use serde_json::json;
use tidings_core::Envelope;
use uuid::Uuid;

use crate::Stack;

/// The queue, and what came out of it so far.
pub struct Tap<'a> {
    stack: &'a Stack,
    url: String,
    subscription: String,
    seen: BTreeMap<String, Envelope>,
}

impl<'a> Tap<'a> {
    /// Subscribes to every event from now on.
    ///
    /// # Errors
    /// When the queue cannot be made or subscribed.
    pub async fn open(stack: &'a Stack) -> anyhow::Result<Self> {
        let name = format!("tidings-test-{}", Uuid::new_v4().simple());
        let url = stack
            .sqs
            .create_queue()
            .queue_name(name)
            .send()
            .await?
            .queue_url
            .context("a queue without URL")?;
        let ask = stack
            .sqs
            .get_queue_attributes()
            .queue_url(&url)
            .attribute_names(QueueAttributeName::QueueArn);
        let arn = ask
            .send()
            .await?
            .attributes
            .and_then(|mut all| all.remove(&QueueAttributeName::QueueArn));
        let arn = arn.context("a queue without ARN")?;
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "sns.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": { "ArnEquals": { "aws:SourceArn": stack.topic_arn } },
        }]});
        let set = stack.sqs.set_queue_attributes().queue_url(&url);
        set.attributes(QueueAttributeName::Policy, policy.to_string())
            .send()
            .await?;
        let subscribe = stack
            .sns
            .subscribe()
            .topic_arn(&stack.topic_arn)
            .protocol("sqs")
            .endpoint(arn);
        let subscribe = subscribe
            .attributes("RawMessageDelivery", "true")
            .return_subscription_arn(true);
        let subscription = subscribe
            .send()
            .await?
            .subscription_arn
            .context("a subscription without ARN")?;
        Ok(Self {
            stack,
            url,
            subscription,
            seen: BTreeMap::new(),
        })
    }

    /// Waits until `count` different events of a type have come of which `ours` says so; they, each once.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn wait(
        &mut self,
        event_type: &str,
        count: usize,
        ours: impl Fn(&Envelope) -> bool,
    ) -> anyhow::Result<Vec<Envelope>> {
        crate::eventually(
            &format!("{count} events {event_type} are published"),
            async || {
                self.receive().await?;
                let seen = self
                    .seen
                    .values()
                    .filter(|event| event.event_type == event_type && ours(event));
                let seen: Vec<_> = seen.cloned().collect();
                ensure!(seen.len() >= count, "{} have come", seen.len());
                Ok(seen)
            },
        )
        .await
    }

    /// Every event that has come so far.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn heard(&mut self) -> anyhow::Result<Vec<Envelope>> {
        self.receive().await?;
        Ok(self.seen.values().cloned().collect())
    }

    /// Takes what waits. Whoever publishes thousands of events does it now and then: receiving from a long queue is slow on
    /// the emulator.
    ///
    /// # Errors
    /// When the queue does not answer, or the topic carries something that is no event.
    pub async fn receive(&mut self) -> anyhow::Result<()> {
        loop {
            let receive = self
                .stack
                .sqs
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(10);
            let messages = receive.send().await?.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(());
            }
            let mut delete = self.stack.sqs.delete_message_batch().queue_url(&self.url);
            for (index, message) in messages.into_iter().enumerate() {
                let body = message.body.context("a message without body")?;
                let event =
                    Envelope::parse(&body).with_context(|| format!("the topic carries no event: {body}"))?;
                self.seen.insert(event.key(), event);
                let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
                delete = delete.entries(entry.set_receipt_handle(message.receipt_handle).build()?);
            }
            let failed = delete.send().await?.failed;
            ensure!(failed.is_empty(), "not deleted: {failed:?}");
        }
    }

    /// Ends the subscription and deletes the queue.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn close(self) -> anyhow::Result<()> {
        self.stack
            .sns
            .unsubscribe()
            .subscription_arn(&self.subscription)
            .send()
            .await?;
        self.stack.sqs.delete_queue().queue_url(&self.url).send().await?;
        Ok(())
    }
}
