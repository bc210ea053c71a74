//! The relay: publishes what has entered the outbox, as the table's stream tells.

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use jiff::Timestamp;
use serde_dynamo::AttributeValue;
use tracing::error;

use super::{Published, Relay};
use crate::outbox::Place;

impl Relay {
    /// Handles one batch of stream records, in any order (AWS: DynamoDB transactions, streams: the records of one transaction may come
    /// interleaved). The response names the lowest sequence number that failed; the stream then comes back to it and to all behind it
    /// (AWS: Lambda with DynamoDB, partial batch responses), and what is published by then is read as such and passed over.
    pub async fn handle(&self, batch: Event, deadline: Timestamp) -> DynamoDbEventResponse {
        let entered: Vec<(Place, &EventRecord)> = batch
            .records
            .iter()
            .filter(|record| record.event_name == "INSERT")
            .filter_map(|record| match place(record) {
                // A part of an event's data comes with its event.
                Some(place) if place.is_part() => None,
                Some(place) => Some((place, record)),
                None => {
                    error!(
                        event_id = record.event_id,
                        "a record of the stream has no key of an entry; the sweeper will find it"
                    );
                    None
                }
            })
            .collect();
        let places = entered.iter().map(|(place, _)| place.clone()).collect();
        let published = self.publish_pending(first_of_each(places), deadline).await;

        let stuck = entered
            .iter()
            .filter(|(place, _)| published.stuck.contains_key(&place.aggregate));
        again_from(stuck.map(|(_, record)| *record))
    }
}

impl Relay {
    /// Publishes what these aggregates have pending, each in its order and beside each other, until nothing is left or `deadline` is there.
    async fn publish_pending(&self, mut places: Vec<Place>, deadline: Timestamp) -> Published {
        let mut published = Published::default();
        while !places.is_empty() {
            let read = async |place: Place| self.outbox.pending(&place).await;
            let (first, more) = self.publish_first(places, read, deadline).await;
            published.add(first);
            places = more;
        }
        published
    }
}

/// Of each aggregate, the place that comes first.
fn first_of_each(mut places: Vec<Place>) -> Vec<Place> {
    places.sort();
    places.dedup_by(|later, first| later.aggregate == first.aggregate);
    places
}

/// The response that makes the stream come back to the first of these records, and to all behind it.
pub(crate) fn again_from<'a>(failed: impl Iterator<Item = &'a EventRecord>) -> DynamoDbEventResponse {
    // Without a number it is the whole batch that comes back: Lambda takes an empty identifier so.
    let numbers = failed.map(|record| record.change.sequence_number.as_deref().unwrap_or_default());
    let mut response = DynamoDbEventResponse::default();
    if let Some(lowest) = numbers.min_by_key(|number| in_order(number)) {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(lowest.to_owned());
        response.batch_item_failures.push(failure);
    }
    response
}

/// Where the event is that a record tells of.
pub(crate) fn place(record: &EventRecord) -> Option<Place> {
    let text = |name: &str| match record.change.new_image.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    Some(Place {
        aggregate: text("aggregate_key")?,
        position: text("position")?,
    })
}

/// Sequence numbers are decimal, and longer than any integer.
fn in_order(number: &str) -> (usize, &str) {
    let digits = number.trim_start_matches('0');
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_are_compared_as_numbers() {
        let numbers = ["0000099", "300000000000000499659", "100", "4"];
        assert_eq!(
            numbers.into_iter().min_by_key(|number| in_order(number)),
            Some("4")
        );
        assert_eq!(
            numbers.into_iter().max_by_key(|number| in_order(number)),
            Some("300000000000000499659")
        );
    }
}
