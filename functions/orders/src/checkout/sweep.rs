//! What a crash left unfinished.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt as _, future::try_join_all, stream};
use jiff::Timestamp;
use tidings_core::{Failure, catalogue::PENDING};
use tracing::{info, warn};

use super::{Checkouts, Ended, Stage, Unfinished, state::moment};

/// How long a checkout is left to its request: longer than any request runs.
pub const GRACE: Duration = Duration::from_secs(2 * 60);
/// Checkouts that are looked for at once, and gone on with at once.
const MOST: usize = 100;
const AT_ONCE: usize = 4;
/// No checkout is begun with this short before the deadline.
const LAST_ROUND: Duration = Duration::from_secs(10);
/// The partitions of the index: the first digit of a checkout's id.
const PARTITIONS: [&str; 16] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f",
];

/// What a sweep came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Checkouts that were given up: nothing was held for them.
    pub voided: usize,
    /// Checkouts whose orders it placed.
    pub placed: usize,
    /// Checkouts that it refused.
    pub refused: usize,
    /// Checkouts that could not be ended now: the next run tries again.
    pub waiting: usize,
}

/// Some checkouts could not be ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} checkouts could not be ended; the log names them", .0.waiting)]
pub struct Unswept(pub Swept);

impl Swept {
    /// Itself, if nothing was left behind.
    ///
    /// # Errors
    /// [`Unswept`].
    pub fn complete(self) -> Result<Self, Unswept> {
        match self {
            Self { waiting: 0, .. } => Ok(self),
            _ => Err(Unswept(self)),
        }
    }

    fn count(&mut self, came_to: CameTo) {
        match came_to {
            CameTo::Voided => self.voided += 1,
            CameTo::Placed => self.placed += 1,
            CameTo::Refused => self.refused += 1,
            CameTo::Waits => self.waiting += 1,
            CameTo::Others => {}
        }
    }
}

enum CameTo {
    Voided,
    Placed,
    Refused,
    Waits,
    /// Somebody else has ended it.
    Others,
}

impl Checkouts {
    /// Ends the checkouts that were asked for longer than `grace` ago, the oldest first: gives up those for which nothing is held, and
    /// goes on with the others as their requests would, until all have been tried or `deadline` is there.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn sweep(&self, grace: Duration, deadline: Timestamp) -> Result<Swept, Failure> {
        let mut swept = Swept::default();
        let before = self.clock.now().saturating_sub(grace).unwrap_or(Timestamp::MIN);
        let last_round = deadline.saturating_sub(LAST_ROUND).unwrap_or(Timestamp::MIN);
        let mut behind = "0".to_owned();
        loop {
            let left_over = self.left_over(&behind, before).await?;
            let Some((since, _)) = left_over.last() else { break };
            // A range of a sort key includes its ends; with a character more, the first is left out.
            behind = format!("{since}~");
            let page = left_over.len();
            let mut ended = stream::iter(left_over)
                .map(async |(_, key)| match self.clock.now() < last_round {
                    true => self.end(&key).await,
                    false => CameTo::Waits,
                })
                .buffer_unordered(AT_ONCE);
            while let Some(came_to) = ended.next().await {
                swept.count(came_to);
            }
            if page < MOST || self.clock.now() >= last_round {
                break;
            }
        }
        info!(?swept, "swept");
        Ok(swept)
    }

    /// Ends the checkout of this key.
    async fn end(&self, key: &str) -> CameTo {
        let (mut id, mut order) = (String::new(), String::new());
        let ended = async {
            let Some(checkout) = self.find(key).await? else {
                return Ok(CameTo::Others);
            };
            id = checkout.request_id();
            order.clone_from(&checkout.order.order_id);
            match &checkout.stage {
                Stage::Pending { .. } => Ok(match self.void(&checkout).await? {
                    true => CameTo::Voided,
                    false => CameTo::Others,
                }),
                Stage::Reserved { .. } => Ok(match self.finish(checkout).await?.1 {
                    Ended::Placed => CameTo::Placed,
                    Ended::Refused(_) => CameTo::Refused,
                }),
                // The index is behind its table by a moment.
                Stage::Ended(_) => Ok(CameTo::Others),
            }
        };
        // Boxed: the futures of SDK calls are nested too deeply for the compiler to lay out as one.
        match Box::pin(ended).await {
            Ok(came_to) => came_to,
            Err(Unfinished::Voided) => CameTo::Others,
            Err(Unfinished::Failed(failure)) => {
                warn!(
                    checkout = id,
                    order,
                    reason = failure.reason(),
                    "a checkout could not be ended; the next run tries again"
                );
                CameTo::Waits
            }
        }
    }

    /// Checkouts that are not ended, the oldest first, each with its time: from `from` on, and before `before`.
    async fn left_over(&self, from: &str, before: Timestamp) -> Result<Vec<(String, String)>, Failure> {
        if *from > *moment(before) {
            return Ok(Vec::new());
        }
        let partitions = PARTITIONS.map(|partition| self.left_over_in(partition, from, before));
        let mut left_over = try_join_all(partitions).await?.concat();
        left_over.sort();
        left_over.truncate(MOST);
        Ok(left_over)
    }

    async fn left_over_in(
        &self,
        partition: &str,
        from: &str,
        before: Timestamp,
    ) -> Result<Vec<(String, String)>, Failure> {
        let value = |text: &str| AttributeValue::S(text.to_owned());
        let read = self
            .dynamodb
            .query()
            .table_name(&self.checkouts)
            .index_name(PENDING.name)
            .limit(i32::try_from(MOST).unwrap_or(i32::MAX))
            .key_condition_expression("pending = :partition AND since BETWEEN :from AND :before")
            .expression_attribute_values(":partition", value(partition))
            .expression_attribute_values(":from", value(from))
            .expression_attribute_values(":before", AttributeValue::S(moment(before)))
            .send()
            .await?;
        let left_over = read.items().iter().filter_map(|item| {
            let text = |name: &str| item.get(name)?.as_s().ok().cloned();
            Some((text("since")?, text("checkout")?))
        });
        Ok(left_over.collect())
    }
}
