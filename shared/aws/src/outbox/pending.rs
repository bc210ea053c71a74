//! What an aggregate has to publish, in order.

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_core::Failure;

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
    /// history that goes back for years costs no more than what is new; and since an event is committed with the one before it or
    /// behind it, whoever has seen one sees all before it.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn pending(&self, known: &Place) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
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
            if reached || from.is_none() {
                entries.reverse();
                return Ok(entries);
            }
        }
    }
}

fn is_pending(item: &Item) -> bool {
    item.contains_key(PENDING)
}
