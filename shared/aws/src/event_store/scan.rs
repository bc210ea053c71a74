//! Reading everything: the events of all aggregates, page by page.
//!
//! A scan goes from partition to partition, and through the items of each in the order of their sort key; all items of one partition key
//! are in one segment (AWS: DynamoDB, parallel scan). So the events of an aggregate come together and in the order of their versions.
//! Whoever reads on behind a page, or while events are added, must still be ready for a history that is not whole.

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_core::{Envelope, Failure};

use super::EventStore;
use crate::outbox::{self, AGGREGATE_KEY, Entry, Outbox, Place};

/// One of several parts of the store, which can be read beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Which one, from 0.
    pub number: u32,
    /// How many there are; 1 to 1,000,000 (AWS: DynamoDB `Scan`).
    pub of: u32,
}

impl Segment {
    /// The whole store.
    pub const WHOLE: Self = Self { number: 0, of: 1 };
}

/// What a scan is to read.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    /// The part of the store.
    pub segment: Segment,
    /// Events of aggregates of this type alone; of all, if none is named.
    pub aggregate: Option<&'a str>,
    /// Items that a page looks at, at most; without it, what makes 1 MB.
    pub page: Option<i32>,
}

/// A page of events.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events; it may be none, and more behind it.
    pub entries: Vec<Entry>,
    /// Where to read on; none at the end.
    pub next: Option<Place>,
}

impl EventStore {
    /// A page of what the store holds, behind `from`, strongly consistent.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn page(&self, scan: Scan<'_>, from: Option<&Place>) -> Result<Page, Failure> {
        let Scan {
            segment,
            aggregate,
            page,
        } = scan;
        let request = self
            .dynamodb
            .scan()
            .table_name(&self.name)
            .consistent_read(true)
            .set_limit(page)
            .set_exclusive_start_key(from.map(Place::key));
        let request = match segment {
            Segment { of: 1, .. } => request,
            Segment { number, of } => request
                .segment(i32::try_from(number).unwrap_or(i32::MAX))
                .total_segments(i32::try_from(of).unwrap_or(i32::MAX)),
        };
        let request = match aggregate {
            None => request,
            Some(aggregate) => request
                .filter_expression("begins_with(#aggregate, :aggregate)")
                .expression_attribute_names("#aggregate", AGGREGATE_KEY)
                .expression_attribute_values(
                    ":aggregate",
                    AttributeValue::S(outbox::aggregate_key(aggregate, "")),
                ),
        };
        let answer = request.send().await?;
        let table = self.outbox();
        let places = answer
            .items()
            .iter()
            .filter_map(|item| Some((Place::of(item)?, item)));
        let mut entries = Vec::new();
        for (place, item) in places.filter(|(place, _)| !place.is_part()) {
            let event = match outbox::event(item) {
                Ok(event) => whole(&table, event).await?,
                Err(reason) => Err(reason),
            };
            entries.push(Entry { place, event });
        }
        Ok(Page {
            entries,
            next: answer.last_evaluated_key.as_ref().and_then(Place::of),
        })
    }
}

/// The event with its data, or why there is none.
async fn whole(table: &Outbox, event: Envelope) -> Result<Result<Envelope, String>, Failure> {
    match table.whole(event).await {
        Ok(event) => Ok(Ok(event)),
        Err(Failure::Permanent { reason, .. }) => Ok(Err(reason)),
        Err(failure) => Err(failure),
    }
}
