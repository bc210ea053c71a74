//! What a FIFO queue does with groups and duplicates: `sqs/test_sqs`.

use anyhow::Context as _;
use futures::{FutureExt as _, future::BoxFuture};

use super::{Aws, Fact, bodies, same};

pub(super) const FACTS: &[Fact] = &[
    Fact {
        says: "of a group is received what is before its first hidden message",
        shown_by: "test_fifo_group_visibility_extends_with_change_message_visibility, 2025-11-19",
        instead: Some("nothing of a group is received of which any message is hidden"),
        holds: before_the_first_hidden,
    },
    Fact {
        says: "while a message of a group is hidden, no other of it is received",
        shown_by: "test_fifo_message_group_parallelism, 2025-11-25",
        instead: None,
        holds: one_at_once,
    },
    Fact {
        says: "what was sent is known also when it has been deleted",
        shown_by: "test_fifo_deduplication_arrives_once_after_delete, 2024-04-30",
        instead: None,
        holds: known_when_deleted,
    },
    Fact {
        says: "the same deduplication id in another group is another message",
        shown_by: "test_fifo_high_throughput_ordering, 2024-04-30",
        instead: None,
        holds: another_group,
    },
    Fact {
        says: "a group that was emptied takes messages again",
        shown_by: "test_fifo_empty_message_groups_added_back_to_queue, 2024-04-30",
        instead: None,
        holds: emptied,
    },
];

fn before_the_first_hidden(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let recorded: [(&str, &[&str]); 3] = [("foo", &[]), ("bar", &["foo"]), ("baz", &["foo", "bar"])];
        for (hidden, then) in recorded {
            let queue = aws.queue(&format!("hidden-{hidden}.fifo"), &[]).await?;
            for body in ["foo", "bar", "baz"] {
                aws.send_in(&queue, "g", body).await?;
            }
            let received = aws.receive(&queue, 10, 10).await?;
            same(bodies(&received), vec!["foo", "bar", "baz"])?;
            for message in received
                .iter()
                .filter(|message| message.body.as_deref() != Some(hidden))
            {
                aws.hide(&queue, message, 0).await?;
            }
            let received = aws.receive(&queue, 10, 1).await?;
            same(bodies(&received), then.to_vec()).with_context(|| format!("{hidden} is hidden"))?;
        }
        Ok(())
    }
    .boxed()
}

fn one_at_once(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("one-at-once.fifo", &[]).await?;
        for body in ["0", "1", "2"] {
            aws.send_in(&queue, "g", body).await?;
        }
        for next in ["0", "1", "2"] {
            let received = aws.receive(&queue, 1, 10).await?;
            same(bodies(&received), vec![next])?;
            same(bodies(&aws.receive(&queue, 10, 1).await?), Vec::new())?;
            aws.delete(&queue, &received[0]).await?;
        }
        Ok(())
    }
    .boxed()
}

/// Sends a message, and deletes what is received.
async fn done(aws: &Aws, queue: &str, body: &str) -> anyhow::Result<()> {
    aws.send_in(queue, "g", body).await?;
    let received = aws.receive(queue, 10, 10).await?;
    same(bodies(&received), vec![body])?;
    aws.delete(queue, &received[0]).await
}

fn known_when_deleted(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("known.fifo", &[]).await?;
        done(aws, &queue, "one").await?;
        aws.send_in(&queue, "g", "one").await?;
        same(aws.holds(&queue).await?, 0)
    }
    .boxed()
}

fn another_group(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("another-group.fifo", &[]).await?;
        for group in ["g", "h", "g"] {
            aws.send_in(&queue, group, "one").await?;
        }
        same(aws.holds(&queue).await?, 2)
    }
    .boxed()
}

fn emptied(aws: &Aws) -> BoxFuture<'_, anyhow::Result<()>> {
    async move {
        let queue = aws.queue("emptied.fifo", &[]).await?;
        done(aws, &queue, "one").await?;
        done(aws, &queue, "two").await
    }
    .boxed()
}
