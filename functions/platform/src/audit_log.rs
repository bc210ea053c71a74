//! The audit log: every event, as it came, for good.
//!
//! An entry is written once and never again: a second event of the same source and id changes nothing. It holds the envelope as its JSON:
//! personal values stay sealed, and data that is kept elsewhere stays a reference (`dataref`). That is what an event above 256 KiB travels with, and
//! what it refers to is deleted after 74 days: from then on the log says that there was such an event, from whom and about what, and no longer
//! what it said. What an endpoint has stated is in the event store in full; what a consumer emits or appends travels, and is kept, as a reference.

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, ProvideErrorMetadata},
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, Put, TransactWriteItem},
};
use jiff::Timestamp;
use tidings_core::{
    Envelope, Failure,
    catalogue::{Access, Index, Resource, Table},
};

/// The events of one chain, as they happened: what a trace begins with.
pub const BY_CORRELATION: Index = Index {
    name: "by-correlation",
    partition_key: "correlation_id",
    sort_key: "happened_at",
    includes: &["event_type", "causation_id"],
};

/// The events about one thing (an order, a user), as they happened.
pub const BY_SUBJECT: Index = Index {
    name: "by-subject",
    partition_key: "subject",
    sort_key: "happened_at",
    includes: &["event_type", "correlation_id"],
};

/// The log: an item an event. One that is larger than an item may be is in several, numbered by the sort key; only the first is in the
/// indexes, and says how many there are.
pub const AUDIT_LOG: Table = Table::new("audit-log", crate::SERVICE, "event")
    .sorted_by("part")
    .indexed_by(&[BY_CORRELATION, BY_SUBJECT]);

/// The text that one item takes, in bytes: 400 KB less what else is in it (AWS: DynamoDB quotas, item size).
const MOST_TEXT: usize = 384 * 1024;
/// The longest value of an index's partition key, in bytes (AWS: DynamoDB quotas). A longer one is not looked for by it.
const LONGEST_KEY: usize = 2048;

/// The log's table.
#[derive(Debug, Clone)]
pub struct AuditLog {
    dynamodb: Client,
    table: String,
}

impl AuditLog {
    /// What a consumer that writes the log uses (`Consumer::USES`).
    pub const USES: &'static [Resource] = &[Resource::Table(&AUDIT_LOG, Access::Append)];

    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, table: impl Into<String>) -> Self {
        Self {
            dynamodb,
            table: table.into(),
        }
    }

    /// Keeps an event, unless it is there. One that says no time counts as having happened `now`.
    ///
    /// One call; a write unit for each KB, and one for each index that it is in. An event of more than one item costs twice that.
    ///
    /// # Errors
    /// Transient where DynamoDB does not answer; permanent where it will never take the entry.
    pub async fn keep(&self, event: &Envelope, now: Timestamp) -> Result<(), Failure> {
        let text = event.to_json();
        let parts = cut(&text, MOST_TEXT);
        let puts = parts.iter().enumerate().map(|(number, part)| {
            let put = self.put(event, number, part);
            match number {
                0 => indexed(put, event, parts.len(), now),
                _ => put,
            }
            .build()
        });
        let puts = puts.collect::<Result<Vec<_>, BuildError>>();
        let puts = puts.map_err(|error| Failure::permanent(error.to_string()))?;
        match <[Put; 1]>::try_from(puts) {
            Ok([put]) => self.write(put).await,
            Err(puts) => self.write_together(puts).await,
        }
    }

    fn put(&self, event: &Envelope, number: usize, text: &str) -> PutBuilder {
        Put::builder()
            .table_name(&self.table)
            .item(AUDIT_LOG.partition_key, AttributeValue::S(event.key()))
            .item("part", AttributeValue::S(number.to_string()))
            .item("envelope", AttributeValue::S(text.to_owned()))
    }

    async fn write(&self, put: Put) -> Result<(), Failure> {
        let write = self.dynamodb.put_item().table_name(put.table_name);
        let write = write
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression);
        match write.send().await.map_err(|error| error.into_service_error()) {
            Ok(_) | Err(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }

    /// All parts or none.
    async fn write_together(&self, puts: Vec<Put>) -> Result<(), Failure> {
        let actions = puts
            .into_iter()
            .map(|put| TransactWriteItem::builder().put(put).build());
        let transaction = self.dynamodb.transact_write_items();
        let transaction = transaction.set_transact_items(Some(actions.collect()));
        match transaction
            .send()
            .await
            .map_err(|error| error.into_service_error())
        {
            Ok(_) => Ok(()),
            Err(TransactWriteItemsError::TransactionCanceledException(cancelled))
                if cancelled
                    .cancellation_reasons()
                    .iter()
                    .any(|reason| reason.code() == Some("ConditionalCheckFailed")) =>
            {
                Ok(())
            }
            Err(error) => Err(refused(error)),
        }
    }
}

type PutBuilder = aws_sdk_dynamodb::types::builders::PutBuilder;

/// What the first item says besides: where it is found, and that nothing may stand in its place.
fn indexed(put: PutBuilder, event: &Envelope, parts: usize, now: Timestamp) -> PutBuilder {
    let happened_at = event.time.unwrap_or(now);
    let texts = [
        ("happened_at", Some(format!("{happened_at:.3}"))),
        ("event_type", Some(event.event_type.clone())),
        ("correlation_id", Some(event.correlation_id().to_owned())),
        ("causation_id", event.causationid.clone()),
        ("subject", event.subject.clone()),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?)));
    texts
        .filter(|(_, text)| text.len() <= LONGEST_KEY)
        .fold(put, |put, (name, text)| put.item(name, AttributeValue::S(text)))
        .item("parts", AttributeValue::N(parts.to_string()))
        .condition_expression("attribute_not_exists(envelope)")
}

/// What DynamoDB will never take fails for good.
fn refused<E: ProvideErrorMetadata + std::error::Error>(error: E) -> Failure
where
    Failure: From<E>,
{
    match error.code() {
        Some("ValidationException") => {
            Failure::permanent(error.message().unwrap_or("ValidationException").to_owned())
        }
        _ => error.into(),
    }
}

/// The text in pieces of at most `most` bytes, none of which ends within a character.
fn cut(mut text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    while text.len() > most {
        let (piece, rest) = text.split_at(text.floor_char_boundary(most));
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text_again_and_no_character_is_cut() {
        for text in ["", "a", "abcdef", "äöü€", "€€€€€€€"] {
            for most in 4..8 {
                let pieces = cut(text, most);
                assert_eq!(pieces.concat(), text);
                assert!(pieces.iter().all(|piece| piece.len() <= most));
            }
        }
    }
}
