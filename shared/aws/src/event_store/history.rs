//! Reading: an aggregate as its events make it, now or as of a version or a time.

use std::ops::RangeInclusive;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use tidings_core::{Aggregate, Envelope, Failure, Version, Versioned, aggregate::HistoryError};

use super::{EVERY, EventStore, key_of, position};
use crate::{personal, transaction::Item};

/// The attribute that holds the event.
const ENVELOPE: &str = "envelope";

/// Up to where a history is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// To its end.
    Now,
    /// To this version, and not beyond; an aggregate that is younger is read as it is.
    Version(Version),
    /// To the last event, in the order of versions, before the first that happened after this time.
    Time(Timestamp),
}

/// A history, folded up to somewhere.
#[derive(Default)]
pub(super) struct Folded<A> {
    pub(super) aggregate: Versioned<A>,
    /// The latest time of all events so far. The clocks of those who wrote them differ, so it need not be the last one's.
    pub(super) latest: Option<Timestamp>,
}

impl EventStore {
    /// An aggregate as its events have made it, from a snapshot on if there is one; version 0 where there are no events.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the history has a gap: transient. When it has an event that this code cannot read: permanent. Where the
    /// store has a keyring, also as for [`Keyring::open`](crate::personal::Keyring::open).
    pub async fn load<A: Aggregate>(&self, id: &str, as_of: AsOf) -> Result<Versioned<A>, Failure> {
        let known = self.snapshot(id, as_of).await;
        Ok(self.fold(id, known, as_of).await?.aggregate)
    }

    /// An aggregate from `known` on, a state of an earlier version.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub async fn load_after<A: Aggregate>(
        &self,
        id: &str,
        known: Versioned<A>,
        as_of: AsOf,
    ) -> Result<Versioned<A>, Failure> {
        let known = Folded {
            aggregate: known,
            latest: None,
        };
        Ok(self.fold(id, known, as_of).await?.aggregate)
    }

    pub(super) async fn fold<A: Aggregate>(
        &self,
        id: &str,
        known: Folded<A>,
        as_of: AsOf,
    ) -> Result<Folded<A>, Failure> {
        let last = match as_of {
            AsOf::Version(version) => version,
            AsOf::Now | AsOf::Time(_) => Version::MAX,
        };
        let happened = |event: &Envelope| match as_of {
            AsOf::Time(time) => event.time.is_none_or(|happened| happened <= time),
            AsOf::Now | AsOf::Version(_) => true,
        };
        let next = known.aggregate.version.saturating_add(1);
        // Where a time ends, only the events tell; behind the best snapshot it is before the next one, and no more than that is read at first.
        let near = match as_of {
            AsOf::Time(_) => next.saturating_add(EVERY - 1),
            AsOf::Now | AsOf::Version(_) => last,
        };
        let far = (near < last).then(|| self.events::<A>(id, near + 1..=last));
        let events = self.events::<A>(id, next..=near);
        let events = events.chain(stream::iter(far).flatten());
        events
            .try_take_while(|event| {
                let happened = happened(event);
                async move { Ok(happened) }
            })
            .try_fold(known, |known, event| async move {
                known.then(&personal::open(self.keyring.as_deref(), event).await?)
            })
            .await
    }

    /// The events of these versions, in order, read page by page (DynamoDB answers 1 MB at a time) and strongly consistent. Personal values
    /// are sealed in them, as they are stored.
    /// The data of one that is too large for an item is read besides, a call or more each.
    pub fn events<A: Aggregate>(
        &self,
        id: &str,
        versions: RangeInclusive<Version>,
    ) -> impl Stream<Item = Result<Envelope, Failure>> + Send + use<A> {
        let (first, last) = versions.into_inner();
        let query = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("aggregate_key = :aggregate AND #position BETWEEN :first AND :last")
            .expression_attribute_names("#position", "position")
            .expression_attribute_values(":aggregate", AttributeValue::S(key_of::<A>(id)))
            .expression_attribute_values(":first", AttributeValue::S(position(first)))
            .expression_attribute_values(":last", AttributeValue::S(position(last)));
        let outbox = self.outbox();
        // DynamoDB refuses a range whose end is before its beginning.
        let pages = (first <= last).then(|| query.into_paginator().items().send());
        let stored = stream::iter(pages).flat_map(|pages| {
            stream::unfold(pages, |mut pages| async move {
                let item = pages.next().await?;
                Some((item, pages))
            })
            .map(|item| stored(&item?))
        });
        stored.and_then(move |event| {
            let outbox = outbox.clone();
            async move { with_data(outbox.whole(event).await?) }
        })
    }
}

/// The event of an item.
fn stored(item: &Item) -> Result<Envelope, Failure> {
    let text = item.get(ENVELOPE).and_then(|text| text.as_s().ok());
    let text = text.ok_or_else(|| Failure::permanent("an item of the event store holds no event"))?;
    Envelope::parse(text).map_err(|error| Failure::permanent(error.to_string()).of_class("EnvelopeError"))
}

/// Releases before the event store owned its data gave that of large events to the claim check, which forgets it.
fn with_data(event: Envelope) -> Result<Envelope, Failure> {
    let Some(dataref) = event.dataref.as_deref().filter(|_| event.is_light()) else {
        return Ok(event);
    };
    let version = event.aggregateversion.unwrap_or_default();
    let subject = event.subject.as_deref().unwrap_or_default();
    let reason = format!(
        "event {version} of {subject} was stored without its data, which was left at {dataref}; append it again with its data"
    );
    Err(Failure::permanent(reason).of_class("DataLost"))
}

impl<A: Aggregate> Folded<A> {
    fn then(self, event: &Envelope) -> Result<Self, Failure> {
        Ok(Self {
            aggregate: self.aggregate.then(event).map_err(unreadable)?,
            latest: self.latest.max(event.time),
        })
    }
}

/// A history that has a gap may be one that a transaction is just becoming visible in: a query reads item by item what is committed (AWS: DynamoDB,
/// transactions, isolation levels), so it can meet event 2 and not event 1. An event that cannot be read stays so.
pub(crate) fn unreadable(error: HistoryError) -> Failure {
    match error {
        HistoryError::Gap { .. } => Failure::transient(error.to_string()).of_class("Gap"),
        HistoryError::Event(_) => Failure::permanent(error.to_string()).of_class("HistoryError"),
    }
}
