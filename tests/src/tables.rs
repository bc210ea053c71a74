//! The system's tables, wherever they are.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    },
};
use serde::Deserialize;
use tidings_core::catalogue::{Index, Table};

use crate::eventually;

/// The tables behind a client.
#[derive(Debug, Clone)]
pub struct Tables {
    /// DynamoDB.
    pub dynamodb: Client,
    prefix: String,
}

/// A table, as the catalogue describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape<'a> {
    /// Its name in the system.
    pub name: &'a str,
    partition_key: &'a str,
    sort_key: Option<&'a str>,
    stream: bool,
    #[serde(borrow)]
    indexes: Vec<IndexShape<'a>>,
}

/// A sparse index of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IndexShape<'a> {
    name: &'a str,
    partition_key: &'a str,
    sort_key: &'a str,
    #[serde(borrow)]
    includes: Vec<&'a str>,
}

impl From<&Table> for Shape<'static> {
    fn from(table: &Table) -> Self {
        Self {
            name: table.name,
            partition_key: table.partition_key,
            sort_key: table.sort_key,
            stream: table.stream,
            indexes: table.indexes.iter().map(IndexShape::from).collect(),
        }
    }
}

impl From<&Index> for IndexShape<'static> {
    fn from(index: &Index) -> Self {
        Self {
            name: index.name,
            partition_key: index.partition_key,
            sort_key: index.sort_key,
            includes: index.includes.to_vec(),
        }
    }
}

impl IndexShape<'_> {
    fn projection(&self) -> Projection {
        let made = match self.includes[..] {
            [] => Projection::builder().projection_type(ProjectionType::KeysOnly),
            _ => Projection::builder().projection_type(ProjectionType::Include),
        };
        let includes = self.includes.iter().map(ToString::to_string).collect::<Vec<_>>();
        made.set_non_key_attributes((!includes.is_empty()).then_some(includes))
            .build()
    }
}

fn keys(partition: &str, sort: Option<&str>) -> anyhow::Result<Vec<KeySchemaElement>> {
    let sort = sort.map(|name| (name, KeyType::Range));
    let keys = [(partition, KeyType::Hash)].into_iter().chain(sort);
    keys.map(|(name, kind)| {
        Ok(KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()?)
    })
    .collect()
}

impl Tables {
    /// Tables whose real names begin with `prefix`.
    #[must_use]
    pub fn new(dynamodb: Client, prefix: impl Into<String>) -> Self {
        Self {
            dynamodb,
            prefix: prefix.into(),
        }
    }

    /// The real name of a table.
    #[must_use]
    pub fn table(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Makes a table, and waits until it is there.
    ///
    /// # Errors
    /// When it is there already, or refused.
    pub async fn create(&self, table: &Shape<'_>) -> anyhow::Result<()> {
        let name = self.table(table.name);
        let create = self.dynamodb.create_table().table_name(&name);
        let mut create = create.billing_mode(BillingMode::PayPerRequest);
        create = create.set_key_schema(Some(keys(table.partition_key, table.sort_key)?));
        let mut names = BTreeSet::from([table.partition_key]);
        names.extend(table.sort_key);
        for index in &table.indexes {
            names.extend([index.partition_key, index.sort_key]);
            let made = GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(keys(index.partition_key, Some(index.sort_key))?))
                .projection(index.projection());
            create = create.global_secondary_indexes(made.build()?);
        }
        for name in names {
            let attribute = AttributeDefinition::builder().attribute_name(name);
            create = create.attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build()?);
        }
        if table.stream {
            let stream = StreamSpecification::builder().stream_enabled(true);
            create = create.stream_specification(stream.stream_view_type(StreamViewType::NewImage).build()?);
        }
        create.send().await?;
        eventually(&format!("the table {name} is there"), async || {
            self.dynamodb.scan().table_name(&name).limit(1).send().await?;
            Ok(())
        })
        .await
    }

    /// Deletes a table with what it holds, and waits until it is gone.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn delete(&self, table: &str) -> anyhow::Result<()> {
        let name = self.table(table);
        self.dynamodb.delete_table().table_name(&name).send().await?;
        eventually(&format!("the table {name} is gone"), async || {
            match self
                .dynamodb
                .describe_table()
                .table_name(&name)
                .send()
                .await
                .map_err(SdkError::into_service_error)
            {
                Err(error) if error.is_resource_not_found_exception() => Ok(()),
                Err(error) => Err(error.into()),
                Ok(_) => anyhow::bail!("it is there"),
            }
        })
        .await
    }
}
