//! The idempotency table, as it is.

use std::collections::{BTreeMap, HashMap};

use anyhow::ensure;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tidings_core::{Envelope, catalogue::IDEMPOTENCY};

use crate::{eventually, stack::CONSUMERS, tables::Tables};

/// What is recorded of one event at one consumer. Two are equal if every attribute is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// The event's key.
    pub event: String,
    /// The consumer.
    pub consumer: String,
    /// How far it is.
    pub record_status: String,
    /// The token of the latest claim.
    pub owner_token: String,
    /// How often it was claimed.
    pub attempts: u32,
    /// When the lease of a claim ends, in milliseconds.
    pub lease_until: Option<i64>,
    /// What the latest failed try said.
    pub last_error: Option<String>,
    /// All other attributes.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl Record {
    /// Whether it says that the event is done.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.record_status == "completed"
    }

    /// Whether somebody has claimed the event and holds the lease now.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let now = Timestamp::now().as_millisecond();
        self.record_status == "in_progress" && self.lease_until.is_some_and(|until| until > now)
    }
}

/// Records by event and consumer.
pub type Records = HashMap<(String, String), Record>;

impl Tables {
    /// Reads every record.
    ///
    /// # Errors
    /// When the table does not answer, or holds something else.
    pub async fn records(&self) -> anyhow::Result<Records> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(self.table(IDEMPOTENCY.name))
            .consistent_read(true);
        let items = scan
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await?;
        // The answers that endpoints keep are in the same table.
        let records = items
            .into_iter()
            .filter(|item| item.contains_key("record_status"));
        let records: Vec<Record> = serde_dynamo::from_items(records.collect::<Vec<_>>())?;
        Ok(records
            .into_iter()
            .map(|record| ((record.event.clone(), record.consumer.clone()), record))
            .collect())
    }

    /// Waits until every consumer of `order.placed` has completed each of these events.
    ///
    /// # Errors
    /// When one of them is not completed.
    pub async fn completed(&self, events: &[Envelope]) -> anyhow::Result<Records> {
        eventually(
            &format!("{} events are completed by each consumer", events.len()),
            async || {
                let records = self.records().await?;
                for consumer in CONSUMERS {
                    let completed = events.iter().filter(|event| {
                        let record = records.get(&(event.key(), consumer.to_owned()));
                        record.is_some_and(Record::is_completed)
                    });
                    let completed = completed.count();
                    ensure!(
                        completed == events.len(),
                        "{consumer} has completed {completed} of {}",
                        events.len()
                    );
                }
                Ok(records)
            },
        )
        .await
    }
}
