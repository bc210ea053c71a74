//! What was left over: items that have been pending for too long, the oldest first. The sweepers read them: that of the outbox and of the event store, and any
//! other of a table with the index [`PENDING`].
//!
//! The index is spread over [`PARTITIONS`], and each is paged by the whole key of its last item (AWS: DynamoDB, paginating a Query, `ExclusiveStartKey`), never
//! by its time alone: any number of items may have one time. So each item is read once, and a reader comes past whatever stays behind it.

use std::collections::VecDeque;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use futures::{FutureExt as _, future::try_join_all};
use jiff::Timestamp;
use tidings_core::{Failure, catalogue::PENDING};

use crate::transaction::Item;

/// The partitions of the index: hexadecimal digits.
pub const PARTITIONS: [&str; 16] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f",
];

/// Items that are read of a partition at once. They are keys only.
const PAGE: i32 = 250;

/// A time as the index has it, as text that sorts as times do: to the millisecond, always.
#[must_use]
pub fn moment(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// An item that has been pending for too long.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOver {
    /// Since when, as RFC 3339 text.
    pub since: String,
    /// Its keys.
    pub item: Item,
}

/// Reads what is left over in a table, one by one, by its time and then by its key.
#[derive(Debug)]
pub struct LeftOvers {
    dynamodb: Client,
    table: String,
    before: String,
    partitions: [Partition; 16],
}

#[derive(Debug)]
struct Partition {
    name: &'static str,
    read: VecDeque<LeftOver>,
    next: Next,
}

/// Where a partition's next page begins.
#[derive(Debug)]
enum Next {
    Behind(Option<Item>),
    Nowhere,
}

impl LeftOvers {
    /// What has been pending in this table since `before` or longer. An index is read, which is behind its table by a moment.
    #[must_use]
    pub fn of(dynamodb: Client, table: impl Into<String>, before: Timestamp) -> Self {
        Self {
            dynamodb,
            table: table.into(),
            before: moment(before),
            partitions: PARTITIONS.map(|name| Partition {
                name,
                read: VecDeque::new(),
                next: Next::Behind(None),
            }),
        }
    }

    /// The next one; none where that was the last.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn next(&mut self) -> Result<Option<LeftOver>, Failure> {
        let (dynamodb, table, before) = (&self.dynamodb, &self.table, &self.before);
        let mut filling = Vec::with_capacity(PARTITIONS.len());
        for partition in self.partitions.iter_mut().filter(|partition| partition.is_dry()) {
            filling.push(partition.fill(dynamodb, table, before).boxed());
        }
        try_join_all(filling).await?;
        let filled = self
            .partitions
            .iter_mut()
            .filter(|partition| !partition.read.is_empty());
        let oldest = filled.min_by(|one, other| one.since().cmp(&other.since()));
        Ok(oldest.and_then(|partition| partition.read.pop_front()))
    }
}

impl Partition {
    fn since(&self) -> Option<&str> {
        self.read.front().map(|first| first.since.as_str())
    }

    /// Whether nothing that was read is left, and there may be more.
    fn is_dry(&self) -> bool {
        self.read.is_empty() && matches!(self.next, Next::Behind(_))
    }

    /// Reads on, where nothing that was read is left.
    async fn fill(&mut self, dynamodb: &Client, table: &str, before: &str) -> Result<(), Failure> {
        while self.read.is_empty()
            && let Next::Behind(key) = &self.next
        {
            let page = dynamodb
                .query()
                .table_name(table)
                .index_name(PENDING.name)
                .limit(PAGE)
                .key_condition_expression("pending = :partition AND since <= :before")
                .expression_attribute_values(":partition", AttributeValue::S(self.name.to_owned()))
                .expression_attribute_values(":before", AttributeValue::S(before.to_owned()))
                .set_exclusive_start_key(key.clone())
                .send()
                .await?;
            self.read = page.items().iter().filter_map(left_over).collect();
            self.next = page
                .last_evaluated_key
                .map_or(Next::Nowhere, |key| Next::Behind(Some(key)));
        }
        Ok(())
    }
}

fn left_over(item: &Item) -> Option<LeftOver> {
    Some(LeftOver {
        since: item.get(PENDING.sort_key)?.as_s().ok()?.clone(),
        item: item.clone(),
    })
}
