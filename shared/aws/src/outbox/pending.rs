//! What an aggregate has to publish, in order.

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_core::{Failure, Version};

use super::{
    Entry, Outbox, Place,
    entry::{AGGREGATE_KEY, PENDING, event},
};
use crate::transaction::Item;

/// Entries that the first page reads, and each further one: most often there is one to publish, and one before it that is.
const FIRST_PAGE: i32 = 4;
const PAGE: i32 = 100;

impl Outbox {
    /// The entries of the aggregate that are to be published, in their order: `known`, which is one of them or has been, and what else is
    /// pending before and behind it.
    ///
    /// The history is read from its end, strongly consistent, until something before `known` turns up that has been published. So a
    /// history that goes back for years costs no more than what is new; and an event is committed with the one before it or behind it.
    ///
    /// # Errors
    /// When DynamoDB does not answer. When a history of the event store has a gap, because a transaction is just becoming visible: transient, or
    /// an event would be published before the one before it. (In the outbox, places have no numbers of their own, and nothing tells.)
    pub async fn pending(&self, known: &Place) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        let mut history = Numbered::default();
        let mut from = None;
        let mut page = FIRST_PAGE;
        loop {
            let read = self
                .dynamodb
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .scan_index_forward(false)
                .limit(page)
                .key_condition_expression("#aggregate = :aggregate")
                .expression_attribute_names("#aggregate", AGGREGATE_KEY)
                .expression_attribute_values(":aggregate", AttributeValue::S(known.aggregate.clone()))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            let mut reached = false;
            for (place, item) in read
                .items()
                .iter()
                .filter_map(|item| Some((Place::of(item)?, item)))
            {
                history.goes_back_to(&place)?;
                if is_pending(item) {
                    let event = event(item);
                    entries.push(Entry { place, event });
                } else if place < *known {
                    reached = true;
                    break;
                }
            }
            from = read.last_evaluated_key;
            page = PAGE;
            if !reached && from.is_none() {
                history.begins()?;
            }
            if reached || from.is_none() {
                entries.reverse();
                return Ok(entries);
            }
        }
    }
}

/// A history that is read from its end, whose places are the numbers 1 to N.
#[derive(Default)]
struct Numbered {
    last: Option<Version>,
}

impl Numbered {
    fn goes_back_to(&mut self, place: &Place) -> Result<(), Failure> {
        let number = place.position.parse().ok();
        match (self.last, number) {
            (Some(last), Some(number)) if last != number + 1 => Err(torn(last)),
            _ => {
                self.last = number;
                Ok(())
            }
        }
    }

    fn begins(&self) -> Result<(), Failure> {
        match self.last {
            Some(last) if last > 1 => Err(torn(last)),
            _ => Ok(()),
        }
    }
}

fn torn(last: Version) -> Failure {
    let reason = format!("the event before event {last} is not there yet");
    Failure::transient(reason).of_class("Gap")
}

fn is_pending(item: &Item) -> bool {
    item.contains_key(PENDING)
}
