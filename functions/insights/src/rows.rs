//! Reading a table that a consumer of this service keeps.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use tidings_aws::{ConfigError, Setting};
use tidings_core::{Failure, catalogue::Table};

/// The rows of a table.
#[derive(Debug, Clone)]
pub struct Rows {
    dynamodb: Client,
    partition_key: &'static str,
    name: String,
}

impl Rows {
    /// Those of `table`, which is called `name` here.
    #[must_use]
    pub fn new(dynamodb: Client, table: &Table, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            partition_key: table.partition_key,
            name: name.into(),
        }
    }

    /// Those of `table`, as a function that uses it is set up.
    ///
    /// # Errors
    /// When the function does not declare that it uses the table.
    pub fn of(table: &Table, setting: &Setting) -> Result<Self, ConfigError> {
        Ok(Self::new(setting.dynamodb(), table, setting.table(table)?))
    }

    /// All rows under these partition keys: those of a key by their sort key, the keys at once and in no order.
    ///
    /// # Errors
    /// As [`Self::under`].
    pub async fn under_all<T: DeserializeOwned>(
        &self,
        partitions: impl IntoIterator<Item = String>,
    ) -> Result<Vec<T>, Failure> {
        let asked = partitions
            .into_iter()
            .map(|partition| async move { self.under(&partition).await });
        let rows: Vec<Vec<T>> = try_join_all(asked).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// All rows under a partition key, by their sort key. They may miss the last second; 8 KB of them cost a read unit, and 1 MB a call.
    ///
    /// # Errors
    /// Transient where DynamoDB does not answer; permanent where a row has another form.
    pub async fn under<T: DeserializeOwned>(&self, partition: &str) -> Result<Vec<T>, Failure> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", self.partition_key)
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()));
        let items = query.into_paginator().items().send().try_collect().await?;
        serde_dynamo::aws_sdk_dynamodb_1::from_items(items).map_err(|error| {
            let reason = format!("a row of {} has another form: {error}", self.name);
            Failure::permanent(reason).of_class("RowError")
        })
    }
}
