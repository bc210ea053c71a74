//! The parts of an event's data that is too large for one item. They are kept beside the event, in the same table, and as long as it: what is
//! kept for good must not refer to what expires.
//!
//! They are items of a partition of their own, `~` and the aggregate's key, in which the sort key is the event's place and the number of the part.
//! So who reads a history, or what is pending of it, meets none. The event itself is stored without its data, and says by its `dataref`
//! (`parts:3`) how many there are. Event and parts are written in one transaction.

use std::borrow::Cow;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tidings_core::{Envelope, Failure};

use super::entry::{AGGREGATE_KEY, POSITION, Place, aggregate_of, position};
use crate::transaction::Item;

/// Bytes of an event that its item holds whole. An item has 400 KB (AWS: DynamoDB, quotas); the rest is for its keys and for what is written
/// into it when it is published.
pub(crate) const MOST_WHOLE: usize = 384 * 1024;
/// Bytes of a part, at most.
const PART: usize = 384 * 1024;
/// What begins a `dataref` that leads to parts.
const SCHEME: &str = "parts:";
/// What begins the key of their partition; no type of aggregate begins so.
const PARTITION: char = '~';
const DATA: &str = "data";

/// The event as its item holds it, and the parts of its data where it does not fit.
///
/// # Errors
/// What is left without its data is still too large: permanent.
pub(crate) fn split(event: &Envelope) -> Result<(Cow<'_, Envelope>, Vec<Item>), Failure> {
    if event.to_json().len() <= MOST_WHOLE {
        return Ok((Cow::Borrowed(event), Vec::new()));
    }
    let parts = chunks(event.data());
    let light = event.lightened(format!("{SCHEME}{}", parts.len()));
    let bytes = light.to_json().len();
    if bytes > MOST_WHOLE {
        let reason = format!(
            "{} has {bytes} bytes without its data; an item of the event store takes {MOST_WHOLE}",
            event.event_type
        );
        return Err(Failure::permanent(reason).of_class("TooLarge"));
    }
    let partition = partition(event);
    let parts = parts.into_iter().enumerate().map(|(number, part)| {
        [
            (AGGREGATE_KEY, partition.clone()),
            (POSITION, format!("{}{number:04}", prefix(event))),
            (DATA, part.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
        .into()
    });
    Ok((Cow::Owned(light), parts.collect()))
}

/// The event with its data, where that is in parts; any other as it is.
///
/// # Errors
/// When DynamoDB does not answer, or some part is not there: transient, because a read may meet a transaction that is half visible. When
/// they make no JSON: permanent.
pub(super) async fn whole(dynamodb: &Client, table: &str, event: Envelope) -> Result<Envelope, Failure> {
    let Some(count) = count(&event) else {
        return Ok(event);
    };
    let mut parts = dynamodb
        .query()
        .table_name(table)
        .consistent_read(true)
        .key_condition_expression("#partition = :partition AND begins_with(#position, :event)")
        .expression_attribute_names("#partition", AGGREGATE_KEY)
        .expression_attribute_names("#position", POSITION)
        .expression_attribute_values(":partition", AttributeValue::S(partition(&event)))
        .expression_attribute_values(":event", AttributeValue::S(prefix(&event)))
        .into_paginator()
        .items()
        .send();
    let (mut data, mut found) = (String::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part?;
        data.push_str(
            part.get(DATA)
                .and_then(|data| data.as_s().ok())
                .map_or("", |data| data),
        );
        found += 1;
    }
    let of = || format!("event {} of {}", position(&event), aggregate_of(&event));
    if found != count {
        let reason = format!("{found} of the {count} parts of {} are there", of());
        return Err(Failure::transient(reason).of_class("TornRead"));
    }
    let broken = format!("the parts of {} make no JSON", of());
    event
        .restored(data)
        .map_err(|error| Failure::permanent(format!("{broken}: {error}")).of_class("DataLost"))
}

/// How many parts the event's data is in; none where it is not in parts.
pub(crate) fn count(event: &Envelope) -> Option<usize> {
    let dataref = event.dataref.as_deref().filter(|_| event.is_light())?;
    dataref.strip_prefix(SCHEME)?.parse().ok()
}

impl Place {
    /// Whether it is the place of a part, and not of an event.
    pub(crate) fn is_part(&self) -> bool {
        self.aggregate.starts_with(PARTITION)
    }
}

fn partition(event: &Envelope) -> String {
    format!("{PARTITION}{}", aggregate_of(event))
}

/// What the sort keys of an event's parts begin with.
fn prefix(event: &Envelope) -> String {
    format!("{}#", position(event))
}

fn chunks(data: &str) -> Vec<&str> {
    let mut rest = data;
    let mut chunks = Vec::with_capacity(data.len() / PART + 1);
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.floor_char_boundary(PART));
        chunks.push(chunk);
        rest = behind;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_whole_characters_and_nothing_is_lost() {
        for (text, count) in [("ж", 3), ("𐍈x", 3), ("", 0)] {
            let text = text.repeat(1024 * 1024 / text.len().max(1));
            let chunks = chunks(&text);
            assert_eq!(chunks.len(), count);
            assert!(chunks.iter().all(|chunk| (1..=PART).contains(&chunk.len())));
            assert_eq!(chunks.concat(), text);
        }
    }
}
