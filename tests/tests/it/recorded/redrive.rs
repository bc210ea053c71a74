//! Moving dead letters: `sqs/test_sqs_move_task`.

use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::{
    error::ProvideErrorMetadata as _,
    types::{ListMessageMoveTasksResultEntry, QueueAttributeName},
};
use futures::{FutureExt as _, future::BoxFuture};
use serde_json::json;

use super::{Aws, Fact, bodies, same};

const NO_TASKS: &str = "StartMessageMoveTask is an InvalidAction";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        says: "a move task brings what is dead to the destination that it names",
        shown_by: "test_basic_move_task_workflow, 2024-04-30",
        instead: Some(NO_TASKS),
        holds: to_a_destination,
    },
    Fact {
        says: "without a destination, what the redrive policy has moved goes back to where it was",
        shown_by: "test_move_task_workflow_with_default_destination, 2024-04-30",
        instead: Some(NO_TASKS),
        holds: back,
    },
    Fact {
        says: "a queue that is no dead-letter queue cannot be moved: InvalidParameterValue",
        shown_by: "test_source_needs_redrive_policy, 2024-04-30",
        instead: Some(NO_TASKS),
        holds: only_dead_letters,
    },
];

impl Aws {
    /// A queue and its dead-letter queue, to which the redrive policy has moved a message; answers their URLs.
    async fn with_letter(&self, name: &str) -> anyhow::Result<[String; 2]> {
        let dead = self.queue(&format!("{name}-dlq"), &[]).await?;
        let policy = json!({ "deadLetterTargetArn": self.arn(&dead).await?, "maxReceiveCount": 1 });
        let policy = policy.to_string();
        let redrive = (QueueAttributeName::RedrivePolicy, policy.as_str());
        let queue = self.queue(name, &[redrive]).await?;
        self.send(&queue, "letter").await?;
        for message in self.receive(&queue, 10, 10).await? {
            self.hide(&queue, &message, 0).await?;
        }
        same(self.receive(&queue, 10, 3).await?.len(), 0)?;
        same(self.holds(&dead).await?, 1)?;
        Ok([queue, dead])
    }

    /// How the last move task out of a queue has ended.
    async fn moved(&self, dead: &str) -> anyhow::Result<ListMessageMoveTasksResultEntry> {
        let arn = self.arn(dead).await?;
        for _ in 0..60 {
            let tasks = self.sqs.list_message_move_tasks().source_arn(&arn).send().await?;
            let task = tasks.results.unwrap_or_default().into_iter().next();
            let task = task.context("a task")?;
            if task.status.as_deref() != Some("RUNNING") {
                return Ok(task);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        anyhow::bail!("the task does not end")
    }
}

fn to_a_destination(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let [_, dead] = aws.with_letter("moved-to").await?;
        let destination = aws.queue("destination", &[]).await?;
        let start = aws
            .sqs
            .start_message_move_task()
            .source_arn(aws.arn(&dead).await?);
        let start = start.destination_arn(aws.arn(&destination).await?);
        start.send().await?;
        same(aws.moved(&dead).await?.status.as_deref(), Some("COMPLETED"))?;
        same(bodies(&aws.receive(&destination, 10, 10).await?), vec!["letter"])
    }
    .boxed()
}

fn back(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let [queue, dead] = aws.with_letter("moved-back").await?;
        let start = aws.sqs.start_message_move_task();
        start.source_arn(aws.arn(&dead).await?).send().await?;
        same(aws.moved(&dead).await?.status.as_deref(), Some("COMPLETED"))?;
        same(bodies(&aws.receive(&queue, 10, 10).await?), vec!["letter"])
    }
    .boxed()
}

fn only_dead_letters(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("no-dlq", &[]).await?;
        let start = aws.sqs.start_message_move_task();
        let started = start.source_arn(aws.arn(&queue).await?).send().await;
        let refused = started.err().context("the task was started")?;
        same(refused.code(), Some("InvalidParameterValue"))
    }
    .boxed()
}
