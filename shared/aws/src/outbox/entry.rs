//! An entry as an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_core::Envelope;

use crate::left_over::{PARTITIONS, moment};

/// The attributes of an entry, as `tidings_core::catalogue::{OUTBOX, EVENTS}` name the keys.
pub(crate) const AGGREGATE_KEY: &str = "aggregate_key";
pub(super) const POSITION: &str = "position";
pub(super) const ENVELOPE: &str = "envelope";
pub(super) const PENDING: &str = "pending";
pub(super) const SINCE: &str = "since";

/// Where an entry is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The aggregate (`invoice#inv-1`).
    pub aggregate: String,
    /// Its place in the aggregate's history; places sort as the history goes.
    pub position: String,
}

/// An entry that has not been published.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// The event, or why there is none to read.
    pub event: Result<Envelope, String>,
}

impl Place {
    pub(crate) fn key(&self) -> HashMap<String, AttributeValue> {
        [(AGGREGATE_KEY, &self.aggregate), (POSITION, &self.position)]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.clone())))
            .into()
    }

    /// The place that an item's keys say.
    #[must_use]
    pub fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            aggregate: text(AGGREGATE_KEY)?,
            position: text(POSITION)?,
        })
    }
}

/// The event of an item, or why there is none.
pub(crate) fn event(item: &HashMap<String, AttributeValue>) -> Result<Envelope, String> {
    let text = item.get(ENVELOPE).and_then(|text| text.as_s().ok());
    let text = text.ok_or_else(|| "the entry has no attribute `envelope`".to_owned())?;
    Envelope::parse(text).map_err(|error| error.to_string())
}

/// The item of an event that is to be published.
pub(crate) fn item(event: &Envelope, position: String) -> HashMap<String, AttributeValue> {
    let aggregate = aggregate_of(event);
    [
        (PENDING, partition(&aggregate)),
        (SINCE, moment(event.time.unwrap_or(Timestamp::UNIX_EPOCH))),
        (AGGREGATE_KEY, aggregate),
        (POSITION, position),
        (ENVELOPE, event.to_json()),
    ]
    .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
    .into()
}

/// The partition key of the aggregate that the event is about.
pub(super) fn aggregate_of(event: &Envelope) -> String {
    aggregate_key(
        event.aggregatetype.as_deref().unwrap_or_default(),
        event.subject.as_deref().unwrap_or_default(),
    )
}

/// The partition key of an aggregate.
pub(crate) fn aggregate_key(aggregate: &str, id: &str) -> String {
    format!("{aggregate}#{id}")
}

/// An event's version as text that sorts as the number does.
pub(super) fn position(event: &Envelope) -> String {
    format!("{:010}", event.aggregateversion.unwrap_or_default())
}

/// Any function does that spreads: what matters is only that one aggregate is always in one partition.
fn partition(aggregate: &str) -> String {
    let mixed = aggregate.bytes().fold(0_u32, |mixed, byte| {
        mixed.wrapping_mul(31).wrapping_add(byte.into())
    });
    PARTITIONS[(mixed >> 3) as usize % PARTITIONS.len()].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn aggregates_spread_over_all_partitions_of_the_index() {
        let mut counts: HashMap<String, u32> = HashMap::new();
        for number in 0..16_000 {
            *counts
                .entry(partition(&format!("invoice#inv-{number}")))
                .or_default() += 1;
        }
        assert_eq!(counts.len(), PARTITIONS.len());
        assert!(
            counts.values().all(|count| (500..2000).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn moments_sort_as_times_do() {
        let moments = [
            0,
            1,
            10,
            100,
            999,
            1000,
            1001,
            1_768_471_200_000,
            1_768_471_200_010,
        ]
        .map(|millis| moment(Timestamp::from_millisecond(millis).unwrap()));
        assert!(moments.is_sorted(), "{moments:?}");
        assert_eq!(moments[2], "1970-01-01T00:00:00.010Z");
    }
}
