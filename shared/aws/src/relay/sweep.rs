//! The sweeper: publishes what the stream has missed.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use tidings_core::Failure;
use tracing::info;

use super::{Relay, last_round};

/// How long an entry is left to the relay.
pub const GRACE: Duration = Duration::from_secs(60);
/// Entries that are looked for at once.
const MOST: usize = 100;

/// What a sweep came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Swept {
    /// Events that it published.
    pub published: usize,
    /// Aggregates that it could not go on with; each holds up itself and no other.
    pub stuck: BTreeSet<String>,
    /// Since when the oldest of what they have pending is so, as RFC 3339 text.
    pub oldest: Option<String>,
}

/// Some aggregates could not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} aggregates cannot be published, and what they have pending goes back to {}: {}", .0.stuck.len(),
    .0.oldest.as_deref().unwrap_or("an unknown time"), some(&.0.stuck))]
pub struct Stuck(pub Swept);

impl Swept {
    /// Itself, if nothing was left behind.
    ///
    /// # Errors
    /// [`Stuck`], which names some of the aggregates.
    pub fn complete(self) -> Result<Self, Stuck> {
        match self.stuck.is_empty() {
            true => Ok(self),
            false => Err(Stuck(self)),
        }
    }
}

/// The first few.
fn some(stuck: &BTreeSet<String>) -> String {
    let few: Vec<&str> = stuck.iter().take(5).map(String::as_str).collect();
    few.join(", ")
}

impl Relay {
    /// Publishes what has been pending for longer than `grace`, the oldest first and a hundred at a time, until all of it has been tried
    /// or `deadline` is there.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn sweep(&self, grace: Duration, deadline: Timestamp) -> Result<Swept, Failure> {
        let mut swept = Swept::default();
        let before = self.clock.now().saturating_sub(grace).unwrap_or(Timestamp::MIN);
        let mut behind: Option<String> = None;
        loop {
            let left_over = self.outbox.left_over(behind.as_deref(), before, MOST).await?;
            let Some(last) = left_over.last() else { break };
            behind = Some(last.since.clone());
            let places = left_over
                .iter()
                .map(|left_over| left_over.place.clone())
                .collect();
            let published = self.publish_pending(places, deadline).await;
            swept.published += published.count;
            // What is stuck stays where it is, and what is behind it is looked at all the same.
            let oldest = left_over
                .iter()
                .find(|left_over| published.stuck.contains_key(&left_over.place.aggregate));
            swept.oldest = swept.oldest.or_else(|| oldest.map(|oldest| oldest.since.clone()));
            swept.stuck.extend(published.stuck.into_keys());
            if left_over.len() < MOST || self.clock.now() >= last_round(deadline) {
                break;
            }
        }
        info!(
            published = swept.published,
            stuck = swept.stuck.len(),
            oldest = swept.oldest.as_deref(),
            "swept"
        );
        Ok(swept)
    }
}
