//! Publishing what is in the outbox: as the table's stream tells ([`stream`]), and what that has missed, by a schedule ([`sweep`]).
//!
//! Both do the same with an aggregate: read what it has pending, in order, and publish one event after the other; behind one that could
//! not be published nothing of its aggregate is, and other aggregates go on. That alone keeps the order: whoever publishes an event has
//! published all before it, or has seen that they are. Relay and sweeper may meet; then an event goes out twice, with the same id.

mod stream;
mod sweep;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt as _, stream as streams};
use jiff::Timestamp;
use tidings_core::{Clock, Envelope, Failure, ports::Publish};
use tracing::{error, info, warn};

use crate::outbox::{self, Entry, Outbox, Place, Upcoming};

pub(crate) use stream::{again_from, place};
pub use sweep::{GRACE, Stuck, Swept};

/// Publishes the entries of one table.
pub struct Relay {
    /// Where to.
    pub topic: Arc<dyn Publish>,
    /// Where from.
    pub outbox: Outbox,
    /// What is told that the topic has taken an entry.
    pub taken: Arc<dyn Taken>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Marks an entry as published, once it is for good.
#[async_trait]
pub trait Taken: Send + Sync {
    /// The topic has taken the event of the entry at this place.
    ///
    /// # Errors
    /// When it cannot be marked: the event will be published again, which consumers recognise.
    async fn taken(&self, place: &Place, event: &Envelope, now: Timestamp) -> Result<(), Failure>;
}

/// What a topic that keeps its messages has taken is published.
#[async_trait]
impl Taken for Outbox {
    async fn taken(&self, place: &Place, _: &Envelope, now: Timestamp) -> Result<(), Failure> {
        self.mark_published(place, now).await
    }
}

/// How long a relay or a sweeper may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// No event is begun with this short before the deadline: publishing one may take several requests.
const LAST_ROUND: Duration = Duration::from_secs(10);
/// Aggregates that are read, and entries that are marked, at once.
const AT_ONCE: usize = 10;
/// Events whose data is in parts that a round publishes, at most: a transaction's 4 MB each, in a function of 256 MB.
const MOST_LARGE: usize = 10;

/// What came of publishing.
#[derive(Debug, Default)]
struct Published {
    /// How many events went out.
    count: usize,
    /// Aggregates that still have something pending, and why.
    stuck: BTreeMap<String, String>,
}

impl Relay {
    /// From this table to this topic.
    #[must_use]
    pub fn new(outbox: Outbox, topic: Arc<dyn Publish>, clock: Arc<dyn Clock>) -> Self {
        Self {
            topic,
            taken: Arc::new(outbox.clone()),
            outbox,
            clock,
        }
    }

    /// Publishes the first of what the aggregates of these places have pending, as `read` reads it; and where those go on that have more.
    async fn publish_first<R>(
        &self,
        places: Vec<Place>,
        read: impl Fn(Place) -> R,
        deadline: Timestamp,
    ) -> (Published, Vec<Place>)
    where
        R: Future<Output = Result<Upcoming, Failure>>,
    {
        let mut published = Published::default();
        let (mut waiting, mut more) = (Vec::with_capacity(places.len()), Vec::new());
        let reading = streams::iter(places).map(async |place| (read(place.clone()).await, place));
        for (upcoming, place) in reading.buffered(AT_ONCE).collect::<Vec<_>>().await {
            match upcoming {
                Ok(upcoming) => {
                    if upcoming.far_behind {
                        let aggregate = place.aggregate;
                        warn!(
                            aggregate,
                            "more is pending than a relay reads; left to the sweeper"
                        );
                    }
                    waiting.push(upcoming.entries.into());
                    more.extend(upcoming.behind);
                }
                Err(failure) => published.stop(place.aggregate, failure.reason()),
            }
        }
        let published = self.publish_all(waiting, published, deadline).await;
        more.retain(|place| !published.stuck.contains_key(&place.aggregate));
        (published, more)
    }

    /// Publishes the entries of these aggregates, each in its order and beside each other, until nothing is left or `deadline` is there.
    async fn publish_all(
        &self,
        mut waiting: Vec<VecDeque<Entry>>,
        mut published: Published,
        deadline: Timestamp,
    ) -> Published {
        // One event of each aggregate a round.
        loop {
            waiting.retain(|entries| !entries.is_empty());
            if waiting.is_empty() {
                return published;
            }
            if self.clock.now() >= last_round(deadline) {
                for entries in waiting {
                    published.stop(
                        entries[0].place.aggregate.clone(),
                        "no time was left before the function's deadline",
                    );
                }
                return published;
            }
            self.round(&mut waiting, &mut published).await;
        }
    }

    async fn round(&self, waiting: &mut Vec<VecDeque<Entry>>, published: &mut Published) {
        let (mut places, mut events, mut large) = (Vec::new(), Vec::new(), 0);
        for entries in &mut *waiting {
            // What does not fit into memory beside the others is taken by the next round.
            let in_parts = entries
                .front()
                .is_some_and(|entry| entry.event.as_ref().is_ok_and(in_parts));
            if in_parts && large == MOST_LARGE {
                continue;
            }
            large += usize::from(in_parts);
            let Some(Entry { place, event }) = entries.pop_front() else {
                continue;
            };
            let event = match event {
                Ok(event) => self
                    .outbox
                    .whole(event)
                    .await
                    .map_err(|failure| failure.reason().to_owned()),
                Err(reason) => Err(reason),
            };
            match event {
                Ok(event) => {
                    places.push(place);
                    events.push(event);
                }
                Err(reason) => {
                    error!(
                        aggregate = place.aggregate,
                        position = place.position,
                        reason,
                        "an entry cannot be read"
                    );
                    published.stop(place.aggregate, reason);
                }
            }
        }
        let results = self.topic.publish(&events).await;
        let mut gone = Vec::with_capacity(events.len());
        for ((place, event), result) in places.into_iter().zip(events).zip(results) {
            match result {
                Ok(()) => gone.push((place, event)),
                Err(error) => {
                    warn!(event_id = event.id, event_type = event.event_type, %error, "not published; comes back");
                    published.stop(place.aggregate, error.0);
                }
            }
        }
        let marked =
            streams::iter(gone).map(async |(place, event)| (self.published(&place, &event).await, place));
        for (marked, place) in marked.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            published.count += 1;
            if let Err(failure) = marked {
                published.stop(place.aggregate, failure.reason());
            }
        }
        waiting.retain(|entries| {
            entries
                .front()
                .is_some_and(|next| !published.stuck.contains_key(&next.place.aggregate))
        });
    }

    async fn published(&self, place: &Place, event: &Envelope) -> Result<(), Failure> {
        info!(
            event_id = event.id,
            event_type = event.event_type,
            correlation_id = event.correlation_id(),
            causation_id = event.causationid.as_deref(),
            traceparent = event.traceparent.as_deref(),
            "published"
        );
        let marked = self.taken.taken(place, event, self.clock.now()).await;
        marked.inspect_err(|failure| {
            let reason = failure.reason();
            warn!(
                event_id = event.id,
                reason, "published, but not marked as such: it will go out again"
            );
        })
    }
}

fn in_parts(event: &Envelope) -> bool {
    outbox::count(event).is_some()
}

impl Published {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.stuck.extend(other.stuck);
    }

    fn stop(&mut self, aggregate: String, reason: impl Into<String>) {
        self.stuck.entry(aggregate).or_insert_with(|| reason.into());
    }
}

fn last_round(deadline: Timestamp) -> Timestamp {
    deadline.saturating_sub(LAST_ROUND).unwrap_or(Timestamp::MIN)
}
