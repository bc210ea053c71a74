//! How events stand: whether they have been published, for who asks what became of them.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;
use tidings_core::{Envelope, Failure, Version, catalogue};

use super::{
    Outbox, Place, aggregate_key,
    entry::{PENDING, POSITION, event},
};
use crate::transaction::Item;

/// Entries that are read of an aggregate, and of what is not published, at most.
const MOST: usize = 1000;
/// Items that a batch reads (AWS: DynamoDB `BatchGetItem`).
const BATCH: usize = 100;
/// When it was published.
const PUBLISHED: &str = "published_at";

/// An event in the table, and whether it has been published.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The event.
    pub event: Envelope,
    /// Whether it is still to be published.
    pub pending: bool,
    /// When it was published: when the relay had heard that it was.
    pub published: Option<Timestamp>,
}

/// What is not published yet.
#[derive(Debug, Clone)]
pub struct Unpublished {
    /// The events, in no order.
    pub events: Vec<Standing>,
    /// There are more than were read.
    pub more: bool,
}

impl Outbox {
    /// The events of an aggregate from this version on, a thousand at most; strongly consistent.
    /// What cannot be read as an event is passed over.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn standing(&self, aggregate: &str, id: &str, from: Version) -> Result<Vec<Standing>, Failure> {
        let place = Place {
            aggregate: aggregate_key(aggregate, id),
            position: format!("{from:010}"),
        };
        let query = self
            .of_aggregate(&place, BATCH as i32)
            .key_condition_expression("#aggregate = :aggregate AND #position >= :from")
            .expression_attribute_names("#position", POSITION)
            .expression_attribute_values(":from", AttributeValue::S(place.position.clone()));
        let mut items = query.into_paginator().items().send();
        let mut standing = Vec::new();
        while let Some(item) = items.next().await {
            standing.extend(read(&item?));
            if standing.len() == MOST {
                break;
            }
        }
        Ok(standing)
    }

    /// The events that are still to be published, a thousand at most. An index is read, which is
    /// behind its table by a moment.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn unpublished(&self) -> Result<Unpublished, Failure> {
        let scan = self.dynamodb.scan().table_name(&self.name);
        let scan = scan.index_name(catalogue::PENDING.name);
        let mut items = scan.into_paginator().items().send();
        let (mut keys, mut more) = (Vec::new(), false);
        while let Some(item) = items.next().await {
            more = keys.len() == MOST;
            if more {
                break;
            }
            keys.extend(Place::of(&item?).as_ref().map(Place::key));
        }
        let mut events = Vec::new();
        for some in keys.chunks(BATCH) {
            events.extend(self.read_all(some.to_vec()).await?.iter().filter_map(read));
        }
        events.retain(|standing| standing.pending);
        Ok(Unpublished { events, more })
    }

    /// The items of these keys; a batch answers what it has time for, and is asked for the rest.
    async fn read_all(&self, keys: Vec<Item>) -> Result<Vec<Item>, Failure> {
        let (mut asked, mut found) = (Some(keys).filter(|keys| !keys.is_empty()), Vec::new());
        while let Some(keys) = asked.take() {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build();
            let wanted = wanted.expect("the keys are set");
            let batch = self.dynamodb.batch_get_item().request_items(&self.name, wanted);
            let answer = batch.send().await?;
            let left = answer.unprocessed_keys.and_then(|mut all| all.remove(&self.name));
            asked = left.map(|left| left.keys);
            found.extend(
                answer
                    .responses
                    .and_then(|mut all| all.remove(&self.name))
                    .into_iter()
                    .flatten(),
            );
        }
        Ok(found)
    }
}

fn read(item: &Item) -> Option<Standing> {
    let millis = item
        .get(PUBLISHED)
        .and_then(|number| number.as_n().ok()?.parse().ok());
    Some(Standing {
        event: event(item).ok()?,
        pending: item.contains_key(PENDING),
        published: millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
    })
}
