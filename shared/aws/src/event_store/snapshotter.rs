//! Takes snapshots as the event store's stream tells: beside the requests, which never wait for one.

use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use tidings_core::{Aggregate, Failure, Version};
use tracing::{error, info, warn};

use super::{EventStore, Taken};
use crate::{
    outbox::Place,
    relay::{again_from, place},
};

/// A snapshot is taken of every so many versions of an aggregate.
pub const EVERY: Version = 100;
/// Snapshots that are taken at once.
const AT_ONCE: usize = 4;

/// The types of aggregates of which snapshots are taken.
#[derive(Debug, Clone, Default)]
pub struct Kinds(Vec<Kind>);

#[derive(Debug, Clone)]
struct Kind {
    aggregate: &'static str,
    take: for<'a> fn(&'a EventStore, &'a str, Version) -> BoxFuture<'a, Result<Taken, Failure>>,
}

impl Kinds {
    /// Aggregates of this type.
    #[must_use]
    pub fn of<A: Aggregate>() -> Self {
        Self::default().and::<A>()
    }

    /// And of this one.
    #[must_use]
    pub fn and<A: Aggregate>(mut self) -> Self {
        self.0.push(Kind {
            aggregate: A::TYPE,
            take: |store, id, version| store.take_snapshot::<A>(id, version).boxed(),
        });
        self
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|kind| kind.aggregate).collect()
    }
}

/// Takes snapshots, in a store that has a table for them.
pub struct Snapshotter {
    store: EventStore,
    kinds: Kinds,
}

impl Snapshotter {
    /// Of these aggregates in this store.
    #[must_use]
    pub fn new(store: EventStore, kinds: Kinds) -> Self {
        Self { store, kinds }
    }

    /// Handles one batch of the stream, in any order and however often: a snapshot that is there stays. The response names the first record whose
    /// snapshot may be taken at another try.
    pub async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let mut due = Vec::new();
        for (number, record) in batch.records.iter().enumerate() {
            let entered = place(record).filter(|_| record.event_name == "INSERT");
            due.extend(
                entered
                    .and_then(|place| self.due(&place))
                    .map(|due| (number, due)),
            );
        }
        let taken = stream::iter(due).map(async |(number, due)| (number, self.take(due).await));
        let taken: Vec<_> = taken.buffer_unordered(AT_ONCE).collect().await;
        let again = taken.iter().filter(|(_, again)| *again);
        again_from(again.map(|(number, _)| &batch.records[*number]))
    }

    /// What is to be taken because of the event at this place.
    fn due(&self, place: &Place) -> Option<Due> {
        let (aggregate, id) = place.aggregate.split_once('#')?;
        let version: Version = place.position.parse().ok()?;
        let kind = self.kinds.0.iter().find(|kind| kind.aggregate == aggregate)?;
        version.is_multiple_of(EVERY).then(|| Due {
            kind: kind.clone(),
            id: id.to_owned(),
            version,
        })
    }

    /// Answers whether to try again.
    async fn take(&self, Due { kind, id, version }: Due) -> bool {
        let aggregate = kind.aggregate;
        match (kind.take)(&self.store, &id, version).await {
            Ok(Taken::Kept) => info!(aggregate, id, version, "snapshot taken"),
            Ok(Taken::There) => {}
            Ok(Taken::TooLarge(bytes)) => {
                warn!(aggregate, id, version, bytes, "too large for a snapshot");
            }
            Ok(Taken::Never) => error!(aggregate, "keeps no snapshots"),
            Err(failure) => {
                let reason = failure.reason();
                error!(aggregate, id, version, reason, "no snapshot taken");
                return matches!(failure, Failure::Transient { .. });
            }
        }
        false
    }
}

struct Due {
    kind: Kind,
    id: String,
    version: Version,
}
