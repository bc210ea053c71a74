//! The sweeper: publishes what the stream has missed.
//!
//! It takes the aggregates by the time of the oldest that they have left over, a hundred at a time. Each has one event published a round, so no aggregate waits for
//! the whole of another. One that is stuck is tried once a sweep, whatever waits behind its first event.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt as _, stream as streams};
use jiff::Timestamp;
use serde::Serialize;
use tidings_core::Failure;
use tracing::info;

use super::{AT_ONCE, Published, Relay, last_round};
use crate::{left_over::LeftOvers, outbox::Place};

/// How long an entry is left to the relay.
pub const GRACE: Duration = Duration::from_secs(60);
/// Aggregates that are published beside each other.
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

/// Aggregates with something to publish: where it begins, and since when it waits.
type Group = BTreeMap<String, (Place, String)>;

impl Relay {
    /// Publishes what has been pending for longer than `grace`, until all of it has been tried or `deadline` is there.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn sweep(&self, grace: Duration, deadline: Timestamp) -> Result<Swept, Failure> {
        let mut swept = Swept::default();
        let before = self.clock.now().saturating_sub(grace).unwrap_or(Timestamp::MIN);
        let mut left_over = self.outbox.left_over(before);
        let mut group = Group::new();
        loop {
            self.fill(&mut group, &mut left_over, &swept.stuck, deadline)
                .await?;
            if group.is_empty() {
                break;
            }
            let (published, more) = self.publish_first(&group, deadline).await;
            swept.published += published.count;
            let stuck = group
                .iter()
                .filter(|(aggregate, _)| published.stuck.contains_key(*aggregate));
            let oldest = stuck.map(|(_, (_, since))| since.clone()).min();
            swept.oldest = swept.oldest.into_iter().chain(oldest).min();
            swept.stuck.extend(published.stuck.into_keys());
            if self.clock.now() >= last_round(deadline) {
                // Nobody has tried them, and they are left: the run is not whole.
                let next = left_over.next().await?;
                let next = next.and_then(|next| Place::of(&next.item));
                swept
                    .stuck
                    .extend(more.into_keys().chain(next.map(|place| place.aggregate)));
                break;
            }
            group = more;
        }
        info!(
            published = swept.published,
            stuck = swept.stuck.len(),
            oldest = swept.oldest.as_deref(),
            "swept"
        );
        Ok(swept)
    }

    /// Adds further aggregates to the group, up to a hundred. Of one that is stuck, nothing is tried again.
    async fn fill(
        &self,
        group: &mut Group,
        left_over: &mut LeftOvers,
        stuck: &BTreeSet<String>,
        deadline: Timestamp,
    ) -> Result<(), Failure> {
        while group.len() < MOST && self.clock.now() < deadline {
            let Some(found) = left_over.next().await? else {
                break;
            };
            let Some(place) = Place::of(&found.item) else {
                continue;
            };
            if !stuck.contains(&place.aggregate) {
                let first = || (place.clone(), found.since);
                group.entry(place.aggregate.clone()).or_insert_with(first);
            }
        }
        Ok(())
    }

    /// Publishes the first entries of these aggregates; and which of them have more.
    async fn publish_first(&self, group: &Group, deadline: Timestamp) -> (Published, Group) {
        let mut published = Published::default();
        let (mut waiting, mut more) = (Vec::with_capacity(group.len()), Group::new());
        let read = streams::iter(group.clone()).map(async |(aggregate, (first, since))| {
            let upcoming = self.outbox.upcoming(&first).await;
            (aggregate, since, upcoming)
        });
        for (aggregate, since, upcoming) in read.buffered(AT_ONCE).collect::<Vec<_>>().await {
            match upcoming {
                Ok(upcoming) => {
                    waiting.push(upcoming.entries.into());
                    if let Some(behind) = upcoming.behind {
                        more.insert(aggregate, (behind, since));
                    }
                }
                Err(failure) => published.stop(aggregate, failure.reason()),
            }
        }
        let published = self.publish_all(waiting, published, deadline).await;
        more.retain(|aggregate, _| !published.stuck.contains_key(aggregate));
        (published, more)
    }
}
