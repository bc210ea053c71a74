//! The system's tables, wherever they are.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        StreamSpecification, StreamViewType,
    },
};
use serde::Deserialize;
use tidings_core::catalogue::Table;

use crate::eventually;

/// The tables behind a client.
#[derive(Debug, Clone)]
pub struct Tables {
    /// DynamoDB.
    pub dynamodb: Client,
    prefix: String,
}

/// A table, as the catalogue describes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape<'a> {
    /// Its name in the system.
    pub name: &'a str,
    partition_key: &'a str,
    sort_key: Option<&'a str>,
    stream: bool,
}

impl From<&Table> for Shape<'static> {
    fn from(table: &Table) -> Self {
        Self {
            name: table.name,
            partition_key: table.partition_key,
            sort_key: table.sort_key,
            stream: table.stream,
        }
    }
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
        let sort = table.sort_key.map(|key| (key, KeyType::Range));
        for (key, kind) in [(table.partition_key, KeyType::Hash)].into_iter().chain(sort) {
            let attribute = AttributeDefinition::builder().attribute_name(key);
            let schema = KeySchemaElement::builder().attribute_name(key).key_type(kind);
            create = create
                .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build()?)
                .key_schema(schema.build()?);
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
