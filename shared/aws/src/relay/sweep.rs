//! The sweeper: publishes what the stream has missed.
//!
//! It takes the aggregates by the time of the oldest that they have left over, a hundred at a time. Each has one event published a round, so no aggregate waits for
//! the whole of another. One that is stuck is tried once a sweep, whatever waits behind its first event.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use tidings_core::Failure;
use tracing::info;

use super::{Relay, last_round};
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
        let (mut group, mut tried) = (Group::new(), BTreeSet::new());
        loop {
            self.fill(&mut group, &mut left_over, &swept.stuck, deadline)
                .await?;
            if group.is_empty() {
                break;
            }
            let read = async |place: Place| self.outbox.upcoming(&place).await;
            let places = group.values().map(|(first, _)| first.clone()).collect();
            let (published, more) = self.publish_first(places, read, deadline).await;
            swept.published += published.count;
            let stuck = group
                .iter()
                .filter(|(aggregate, _)| published.stuck.contains_key(*aggregate));
            let oldest = stuck.map(|(_, (_, since))| since.clone()).min();
            swept.oldest = swept.oldest.into_iter().chain(oldest).min();
            swept.stuck.extend(published.stuck.into_keys());
            tried.extend(group.keys().cloned());
            if self.clock.now() >= last_round(deadline) {
                // Nobody has tried them, and they are left: the run is not whole.
                let left = self.left(more, &mut left_over, &tried, deadline).await?;
                swept.stuck.extend(left);
                break;
            }
            let more = more.into_iter().filter_map(|place| {
                let (aggregate, (_, since)) = group.remove_entry(&place.aggregate)?;
                Some((aggregate, (place, since)))
            });
            group = more.collect();
        }
        info!(
            published = swept.published,
            stuck = swept.stuck.len(),
            oldest = swept.oldest.as_deref(),
            "swept"
        );
        Ok(swept)
    }

    /// The aggregates that are left when the time is up: `more` are known to go on, where they have not ended there, and of what is left over the first that
    /// was not tried. An index is behind its table, so what it says is looked at: an aggregate of which nothing is pending any more is not left.
    async fn left(
        &self,
        more: Vec<Place>,
        left_over: &mut LeftOvers,
        tried: &BTreeSet<String>,
        deadline: Timestamp,
    ) -> Result<BTreeSet<String>, Failure> {
        let mut left = BTreeSet::new();
        for place in more {
            if self.is_pending(&place, deadline).await {
                left.insert(place.aggregate);
            }
        }
        while let Some(found) = left_over.next().await? {
            let place = Place::of(&found.item).filter(|place| !tried.contains(&place.aggregate));
            if let Some(place) = place
                && self.is_pending(&place, deadline).await
            {
                left.insert(place.aggregate);
                break;
            }
        }
        Ok(left)
    }

    /// Whether an aggregate has something to publish, from this place on. What cannot be said counts as so.
    async fn is_pending(&self, place: &Place, deadline: Timestamp) -> bool {
        self.clock.now() >= deadline
            || !matches!(self.outbox.upcoming(place).await, Ok(upcoming) if upcoming.entries.is_empty())
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
}
