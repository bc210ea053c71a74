//! Receives, receipts and the redrive policy: `sqs/test_sqs` and `lambda_/event_source_mapping/test_lambda_integration_sqs`.

use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use futures::{FutureExt as _, future::BoxFuture};
use serde_json::json;

use super::{Aws, Fact, bodies, same};

pub(super) const FACTS: &[Fact] = &[
    Fact {
        says: "what was received and not deleted comes again, the same message with one receive more",
        shown_by: "test_failing_lambda_retries_after_visibility_timeout, 2025-11-25",
        instead: None,
        holds: comes_again,
    },
    Fact {
        says: "with a maxReceiveCount of 2 a message is received twice, and not a third time before it is dead",
        shown_by: "test_redrive_policy_with_failing_lambda, 2025-11-25",
        instead: None,
        holds: twice,
    },
    Fact {
        says: "a receipt whose message is visible again deletes it from a standard queue",
        shown_by: "test_delete_after_visibility_timeout, 2025-03-28",
        instead: None,
        holds: late_receipt,
    },
    Fact {
        says: "a receipt whose message is visible again deletes nothing from a FIFO queue",
        shown_by: "test_fifo_delete_after_visibility_timeout, 2025-03-28",
        instead: Some("the receipt is taken, and the message is deleted"),
        holds: late_receipt_of_fifo,
    },
    Fact {
        says: "a receipt whose message was hidden for longer deletes it from a FIFO queue",
        shown_by: "test_fifo_delete_after_visibility_timeout_extended, 2025-10-05",
        instead: None,
        holds: prolonged_receipt_of_fifo,
    },
];

/// Hidden for a second.
const SHORT: (QueueAttributeName, &str) = (QueueAttributeName::VisibilityTimeout, "1");
/// Longer than it is hidden.
const LATER: Duration = Duration::from_secs(2);

fn comes_again(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("comes-again", &[SHORT]).await?;
        aws.send(&queue, "one").await?;
        let mut seen = Vec::new();
        for _ in 0..2 {
            for message in aws.receive(&queue, 10, 10).await? {
                let count = MessageSystemAttributeName::ApproximateReceiveCount;
                let attributes = message.attributes.as_ref().context("attributes")?;
                seen.push((message.message_id, attributes[&count].clone()));
            }
        }
        anyhow::ensure!(seen.len() == 2 && seen[0].0 == seen[1].0, "{seen:?}");
        same([seen[0].1.as_str(), seen[1].1.as_str()], ["1", "2"])
    }
    .boxed()
}

fn twice(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let dead = aws.queue("twice-dead", &[]).await?;
        let policy =
            json!({ "deadLetterTargetArn": aws.arn(&dead).await?, "maxReceiveCount": 2 }).to_string();
        let redrive = (QueueAttributeName::RedrivePolicy, policy.as_str());
        let queue = aws.queue("twice", &[SHORT, redrive]).await?;
        aws.send(&queue, "one").await?;
        let mut received = 0;
        // The third asks in vain, and with it the message is moved.
        for wait in [10, 10, 3] {
            received += aws.receive(&queue, 10, wait).await?.len();
        }
        same(received, 2)?;
        same(bodies(&aws.receive(&dead, 10, 10).await?), vec!["one"])
    }
    .boxed()
}

fn late_receipt(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("late-receipt", &[SHORT]).await?;
        aws.send(&queue, "one").await?;
        let received = aws.receive(&queue, 1, 10).await?;
        tokio::time::sleep(LATER).await;
        aws.delete(&queue, received.first().context("a message")?).await?;
        same(aws.holds(&queue).await?, 0)
    }
    .boxed()
}

fn late_receipt_of_fifo(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("late-receipt.fifo", &[SHORT]).await?;
        aws.send_in(&queue, "g", "one").await?;
        let received = aws.receive(&queue, 1, 10).await?;
        tokio::time::sleep(LATER).await;
        let deleted = aws.delete(&queue, received.first().context("a message")?).await;
        anyhow::ensure!(deleted.is_err(), "the receipt was taken");
        same(aws.holds(&queue).await?, 1)
    }
    .boxed()
}

fn prolonged_receipt_of_fifo(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("prolonged.fifo", &[SHORT]).await?;
        aws.send_in(&queue, "g", "one").await?;
        let received = aws.receive(&queue, 1, 10).await?;
        let message = received.first().context("a message")?;
        aws.hide(&queue, message, 60).await?;
        tokio::time::sleep(LATER).await;
        aws.delete(&queue, message).await?;
        same(aws.holds(&queue).await?, 0)
    }
    .boxed()
}
