//! The audit log of a system, by its shape: a table of the catalogue whose partition key is
//! `event`, with an index by `correlation_id` and one by `subject`, whose items hold `envelope`,
//! the event's JSON. One that is larger than an item is in several, numbered by the sort key.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use tidings_catalogue::document::{Index, Table};
use tidings_core::{Envelope, Failure};

const KEY: &str = "event";
const CORRELATION: &str = "correlation_id";
const SUBJECT: &str = "subject";
const ENVELOPE: &str = "envelope";
/// Items that a batch reads (AWS: DynamoDB `BatchGetItem`).
const BATCH: usize = 100;

type Item = std::collections::HashMap<String, AttributeValue>;

/// The audit log.
#[derive(Debug, Clone)]
pub(crate) struct AuditLog {
    dynamodb: Client,
    name: String,
    sort_key: Option<String>,
    by_correlation: Index,
    by_subject: Index,
}

/// What an index says of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its key.
    pub(crate) key: String,
    /// Its chain.
    pub(crate) correlation: Option<String>,
}

impl AuditLog {
    /// The table that is one.
    pub(crate) fn among(tables: &[Table]) -> Option<&Table> {
        let log = |table: &&Table| {
            table.partition_key == KEY
                && index(table, CORRELATION).is_some()
                && index(table, SUBJECT).is_some()
        };
        tables.iter().find(log)
    }

    /// This table, under its real name.
    pub(crate) fn of(dynamodb: Client, table: &Table, name: String) -> Option<Self> {
        Some(Self {
            dynamodb,
            name,
            sort_key: table.sort_key.clone(),
            by_correlation: index(table, CORRELATION)?.clone(),
            by_subject: index(table, SUBJECT)?.clone(),
        })
    }

    /// The events of a chain.
    pub(crate) async fn of_chain(&self, correlation: &str) -> Result<Vec<Listed>, Failure> {
        self.listed(&self.by_correlation, correlation, usize::MAX).await
    }

    /// The newest events about a thing.
    pub(crate) async fn about(&self, subject: &str, most: usize) -> Result<Vec<Listed>, Failure> {
        self.listed(&self.by_subject, subject, most).await
    }

    async fn listed(&self, index: &Index, of: &str, most: usize) -> Result<Vec<Listed>, Failure> {
        let query = self.dynamodb.query().table_name(&self.name);
        let query = query
            .index_name(&index.name)
            .key_condition_expression("#key = :of")
            .expression_attribute_names("#key", &index.partition_key)
            .expression_attribute_values(":of", AttributeValue::S(of.to_owned()))
            .scan_index_forward(false);
        let mut items = query.into_paginator().items().send();
        let mut listed = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            let text = |name: &str| item.get(name)?.as_s().ok().cloned();
            let correlation = text(CORRELATION);
            listed.extend(text(KEY).map(|key| Listed { key, correlation }));
            if listed.len() >= most {
                break;
            }
        }
        Ok(listed)
    }

    /// These events, as far as the log holds them whole: of one in several items, the attributes
    /// are read of the first and nothing of its data.
    pub(crate) async fn events(&self, keys: &[String]) -> Result<Vec<Envelope>, Failure> {
        let mut events = Vec::new();
        for some in keys.chunks(BATCH) {
            let items = some.iter().map(|key| self.key(key, 0)).collect();
            for item in self.read_all(items).await? {
                events.extend(self.whole(&item).await?);
            }
        }
        Ok(events)
    }

    async fn whole(&self, first: &Item) -> Result<Option<Envelope>, Failure> {
        let text = |item: &Item| Some(item.get(ENVELOPE)?.as_s().ok()?.clone());
        let parts = first
            .get("parts")
            .and_then(|parts| parts.as_n().ok()?.parse().ok())
            .unwrap_or(1);
        let (Some(mut json), Some(Ok(key))) = (text(first), first.get(KEY).map(AttributeValue::as_s)) else {
            return Ok(None);
        };
        for part in 1..parts {
            let read = self.dynamodb.get_item().table_name(&self.name);
            let read = read.set_key(Some(self.key(key, part))).send().await?;
            json += &read.item.as_ref().and_then(text).unwrap_or_default();
        }
        Ok(Envelope::parse(&json).ok())
    }

    fn key(&self, event: &str, part: usize) -> Item {
        let mut key = Item::from([(KEY.to_owned(), AttributeValue::S(event.to_owned()))]);
        if let Some(sort_key) = &self.sort_key {
            key.insert(sort_key.clone(), AttributeValue::S(part.to_string()));
        }
        key
    }

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

fn index<'t>(table: &'t Table, key: &str) -> Option<&'t Index> {
    table.indexes.iter().find(|index| index.partition_key == key)
}
