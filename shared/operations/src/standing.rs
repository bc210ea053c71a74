//! How consumers stand: what waits for each, what is dead, and whether it pauses.

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Desk,
    error::{OperationError, Result},
    roster::DeadQueue,
};

/// Consumers that are asked about at once.
const AT_ONCE: usize = 8;

/// How a consumer stands, as its queues tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Which consumer.
    pub consumer: String,
    /// Messages that can be received, as SQS counts.
    pub waiting: u64,
    /// Messages that it has received and has not settled.
    pub at_work: u64,
    /// Letters in its dead-letter queues.
    pub letters: u64,
    /// Until when it pauses, as far as the queue tells: a local run's does, SQS's do not.
    pub paused_until: Option<Timestamp>,
    /// Why that is not known.
    pub error: Option<String>,
}

impl Desk {
    /// How every consumer stands, in the order of the catalogue. A queue that does not answer hides no other.
    pub async fn standing(&self) -> Vec<Standing> {
        let consumers = self.roster.consumers().iter();
        // Made before they are driven: a closure in the stream would have to be one of any lifetime.
        let standing: Vec<_> = consumers
            .map(|consumer| self.standing_or_why_not(consumer.name))
            .collect();
        stream::iter(standing).buffered(AT_ONCE).collect().await
    }

    async fn standing_or_why_not(&self, consumer: &'static str) -> Standing {
        let standing = self.standing_of(consumer).await;
        standing.unwrap_or_else(|error| Standing {
            consumer: consumer.to_owned(),
            error: Some(error.to_string()),
            ..Standing::default()
        })
    }

    async fn standing_of(&self, consumer: &'static str) -> Result<Standing> {
        let dead: Vec<DeadQueue> = self
            .roster
            .dead_queues()
            .filter(|queue| queue.consumer == consumer)
            .collect();
        let own = dead
            .first()
            .map(|queue| queue.destination.clone())
            .unwrap_or_default();
        let depth = self.queues.depth(&own).await?;
        let depth = depth.ok_or_else(|| OperationError::NoQueue(own.clone()))?;
        let mut letters = 0;
        for queue in &dead {
            let depth = self.queues.depth(&queue.name).await?;
            letters += depth.map_or(0, |depth| depth.visible + depth.hidden);
        }
        Ok(Standing {
            consumer: consumer.to_owned(),
            waiting: depth.visible,
            at_work: depth.hidden,
            letters,
            paused_until: self.queues.paused_until(&own).await?,
            error: None,
        })
    }
}
