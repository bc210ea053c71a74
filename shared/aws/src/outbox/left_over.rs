//! What was left over: entries that have been pending for too long.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use jiff::Timestamp;
use tidings_core::Failure;

use super::{
    Outbox, Place,
    entry::{PARTITIONS, SINCE, moment},
};

/// An entry that has been pending for too long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOver {
    /// Since when, as RFC 3339 text.
    pub since: String,
    /// Which.
    pub place: Place,
}

impl Outbox {
    /// The entries that have been pending since before `before`, the oldest first and `most` at most, behind the time `behind` of an
    /// entry that was read before. An index is read, which is behind its table by a moment.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn left_over(
        &self,
        behind: Option<&str>,
        before: Timestamp,
        most: usize,
    ) -> Result<Vec<LeftOver>, Failure> {
        // A range of a sort key includes its ends; with a character more, the first is left out.
        let from = behind.map_or_else(|| "0".to_owned(), |since| format!("{since}~"));
        if from > moment(before) {
            return Ok(Vec::new());
        }
        let partitions = PARTITIONS.map(|partition| self.left_over_in(partition, from.clone(), before, most));
        let mut left_over = try_join_all(partitions).await?.concat();
        left_over.sort();
        left_over.truncate(most);
        Ok(left_over)
    }

    async fn left_over_in(
        &self,
        partition: &str,
        from: String,
        before: Timestamp,
        most: usize,
    ) -> Result<Vec<LeftOver>, Failure> {
        let read = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .index_name(INDEX)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .key_condition_expression("pending = :partition AND since BETWEEN :from AND :before")
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .expression_attribute_values(":from", AttributeValue::S(from))
            .expression_attribute_values(":before", AttributeValue::S(moment(before)))
            .send()
            .await?;
        let left_over = read.items().iter().filter_map(|item| {
            Some(LeftOver {
                since: item.get(SINCE)?.as_s().ok()?.clone(),
                place: Place::of(item)?,
            })
        });
        Ok(left_over.collect())
    }
}

/// The name of the index, as the catalogue has it.
const INDEX: &str = tidings_core::catalogue::PENDING.name;
