//! The table `operations`: letters as they were, what was done with them, and who is at work on
//! which queue.
//!
//! | partition key (`item`) | sort key (`part`) | |
//! | --- | --- | --- |
//! | `letters#<queue>` | the letter's id | a letter that somebody has acted on ([`Archived`]), and how far that is |
//! | `body#<queue>#<letter>` | `before#<n>`, `after#<n>` | its body, and what it was edited to, in parts: an item has 400 KB |
//! | `acts` | the act's id, which sorts by time | who has done what, when and why ([`Act`](crate::act::Act)) |
//! | `lock#<queue>` | `lock` | who is at work on it, under a lease |
//! | `notes` | `<group>#<time>` | what somebody wants others to know of a group |

mod acts;
mod archive;
mod lock;
mod notes;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use tidings_core::Failure;

pub use archive::{Archived, Kind, Stage};
pub use lock::{LEASE, Lock};
pub use notes::Note;

use crate::error::{OperationError, Result};

type Item = HashMap<String, AttributeValue>;

/// How long a letter that was acted on can be brought back, and its body is kept: personal values
/// in it are sealed, but a body that is no event can hold anything.
pub const LETTERS_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long acts and notes are kept.
pub const ACTS_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The table.
#[derive(Debug, Clone)]
pub struct Store {
    dynamodb: Client,
    table: String,
}

impl Store {
    /// The table of this name (`tidings_core::catalogue::OPERATIONS`).
    #[must_use]
    pub fn new(dynamodb: Client, table: impl Into<String>) -> Self {
        Self {
            dynamodb,
            table: table.into(),
        }
    }

    /// What is kept under this partition, in the order of the sort key, or backwards; no more than
    /// `most`. Strongly consistent.
    async fn all<T: DeserializeOwned>(
        &self,
        partition: &str,
        backwards: bool,
        most: usize,
    ) -> Result<Vec<T>> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .key_condition_expression("#item = :item")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":item", text(partition))
            .scan_index_forward(!backwards)
            .consistent_read(true);
        let mut items = query.into_paginator().items().send();
        let mut all = Vec::new();
        while all.len() < most
            && let Some(item) = items.next().await
        {
            all.push(read(&item.map_err(|error| self.failed(error))?)?);
        }
        Ok(all)
    }

    async fn one<T: DeserializeOwned>(&self, partition: &str, part: &str) -> Result<Option<T>> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.set_key(Some(key(partition, part))).consistent_read(true);
        let item = get.send().await.map_err(|error| self.failed(error))?.item;
        item.as_ref().map(read).transpose()
    }

    async fn put<T: Serialize>(
        &self,
        partition: &str,
        part: &str,
        value: &T,
        expires: Timestamp,
    ) -> Result<()> {
        let put = self.dynamodb.put_item().table_name(&self.table);
        let put = put.set_item(Some(item(partition, part, value, expires)?));
        put.send().await.map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: impl std::error::Error) -> OperationError {
        OperationError::of(format!("the table {}", self.table))(Failure::from(error))
    }
}

fn key(partition: &str, part: &str) -> Item {
    [("item", partition), ("part", part)]
        .map(|(name, value)| (name.to_owned(), text(value)))
        .into()
}

fn item<T: Serialize>(partition: &str, part: &str, value: &T, expires: Timestamp) -> Result<Item> {
    let mut item = key(partition, part);
    item.insert("document".to_owned(), text(serde_json::to_string(value)?));
    item.insert("expires".to_owned(), number(expires.as_second()));
    Ok(item)
}

fn read<T: DeserializeOwned>(item: &Item) -> Result<T> {
    let document = item.get("document").and_then(|document| document.as_s().ok());
    Ok(serde_json::from_str(document.map_or("null", String::as_str))?)
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn after(now: Timestamp, kept: Duration) -> Timestamp {
    now.saturating_add(kept).unwrap_or(Timestamp::MAX)
}
