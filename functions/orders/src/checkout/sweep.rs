//! What a crash left unfinished.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tidings_aws::left_over::{LeftOver, LeftOvers};
use tidings_core::Failure;
use tracing::{info, warn};

use super::{Checkout, Checkouts, Ended, Stage, Unfinished};

/// How long a checkout is left to its request: longer than any request runs.
pub const GRACE: Duration = Duration::from_secs(2 * 60);
/// Checkouts that are looked for at once, and gone on with at once.
const MOST: usize = 100;
const AT_ONCE: usize = 4;
/// No checkout is begun with this short before the deadline.
const LAST_ROUND: Duration = Duration::from_secs(10);
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
    /// Checkouts for which no time was left, and perhaps not all of them: the next run begins with these.
    pub untried: usize,
}

/// Some checkouts are not ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} checkouts could not be ended, and the log names them; for {} or more no time was left", .0.waiting, .0.untried)]
pub struct Unswept(pub Swept);

impl Swept {
    /// Itself, if nothing was left behind.
    ///
    /// # Errors
    /// [`Unswept`].
    pub fn complete(self) -> Result<Self, Unswept> {
        match self {
            Self {
                waiting: 0,
                untried: 0,
                ..
            } => Ok(self),
            _ => Err(Unswept(self)),
        }
    }

    fn count(&mut self, came_to: CameTo) {
        match came_to {
            CameTo::Voided => self.voided += 1,
            CameTo::Placed => self.placed += 1,
            CameTo::Refused => self.refused += 1,
            CameTo::Waits => self.waiting += 1,
            CameTo::Untried => self.untried += 1,
            CameTo::Others => {}
        }
    }
}

enum CameTo {
    Voided,
    Placed,
    Refused,
    Waits,
    /// The deadline was near.
    Untried,
    /// Somebody else has ended it.
    Others,
}

impl Checkouts {
    /// Ends the checkouts that were asked for longer than `grace` ago, the oldest first: gives up those for which nothing is held, and
    /// goes on with the others as their requests would, until all have been tried or `deadline` is there. One that could not be ended goes to
    /// the end of the line, so that those behind it, and those for which no time was left, have their turn in the next run. What is left is in
    /// the answer.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn sweep(&self, grace: Duration, deadline: Timestamp) -> Result<Swept, Failure> {
        let mut swept = Swept::default();
        let before = self.clock.now().saturating_sub(grace).unwrap_or(Timestamp::MIN);
        let last_round = deadline.saturating_sub(LAST_ROUND).unwrap_or(Timestamp::MIN);
        let mut left_over = LeftOvers::of(self.dynamodb.clone(), &self.checkouts, before);
        let mut in_time = true;
        while in_time {
            let mut keys = Vec::with_capacity(MOST);
            while keys.len() < MOST
                && let Some(found) = left_over.next().await?
            {
                keys.extend(key_of(&found));
            }
            if keys.is_empty() {
                break;
            }
            let mut ended = stream::iter(keys)
                .map(async |key| match self.clock.now() < last_round {
                    true => self.end(&key, before).await,
                    false => CameTo::Untried,
                })
                .buffer_unordered(AT_ONCE);
            while let Some(came_to) = ended.next().await {
                swept.count(came_to);
            }
            in_time = self.clock.now() < last_round;
        }
        if !in_time && left_over.next().await?.is_some() {
            swept.untried += 1;
        }
        match swept.untried {
            0 => info!(?swept, "swept"),
            _ => warn!(
                ?swept,
                "no time was left for all checkouts; the next run begins with the others"
            ),
        }
        Ok(swept)
    }

    /// Ends the checkout of this key.
    async fn end(&self, key: &str, before: Timestamp) -> CameTo {
        let mut tried = None;
        let ended = async {
            let Some(checkout) = self.find(key).await? else {
                return Ok(CameTo::Others);
            };
            tried = Some(checkout.clone());
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
                self.waits(key, tried.as_ref(), &failure, before).await;
                CameTo::Waits
            }
        }
    }

    /// Says that a checkout could not be ended, and lets others have their turn before it.
    async fn waits(&self, key: &str, tried: Option<&Checkout>, failure: &Failure, before: Timestamp) {
        let behind = match tried {
            Some(checkout) => self.to_the_end_of_the_line(checkout, before).await.err(),
            None => None,
        };
        warn!(
            checkout = tried.map_or_else(|| key.to_owned(), Checkout::request_id),
            order = tried.map(|checkout| checkout.order.order_id.as_str()),
            reason = failure.reason(),
            not_put_back = behind.as_ref().map(Failure::reason),
            "a checkout could not be ended; the next run tries again"
        );
    }
}

/// By which a checkout is found again.
fn key_of(found: &LeftOver) -> Option<String> {
    found.item.get("checkout")?.as_s().ok().cloned()
}
