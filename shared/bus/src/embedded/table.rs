//! Making a table, as the catalogue describes it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
    },
};
use tidings_core::catalogue::{Index, Table};

use super::{EmbeddedDynamoDb, EmbeddedError};

impl EmbeddedDynamoDb {
    /// Makes a table, unless it is there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn create_table(&self, table: &Table) -> Result<(), EmbeddedError> {
        let client = self.client();
        let there = client.describe_table().table_name(table.name).send().await;
        if there.is_ok() {
            return Ok(());
        }
        let refused = |error: String| EmbeddedError(format!("the table {}: {error}", table.name));
        let create = create(&client, table).send().await;
        create.map_err(|error| refused(DisplayErrorContext(error).to_string()))?;
        if let Some(attribute) = table.expiry {
            let expiry = TimeToLiveSpecification::builder()
                .enabled(true)
                .attribute_name(attribute);
            let expire = client
                .update_time_to_live()
                .table_name(table.name)
                .time_to_live_specification(expiry.build().expect("both are set"));
            let expire = expire.send().await;
            expire.map_err(|error| refused(DisplayErrorContext(error).to_string()))?;
        }
        Ok(())
    }
}

fn create(client: &Client, table: &Table) -> CreateTableFluentBuilder {
    let indexed = table
        .indexes
        .iter()
        .flat_map(|index| [index.partition_key, index.sort_key]);
    let names = [table.partition_key].into_iter().chain(table.sort_key);
    // Indexes may share a key, and DynamoDB wants each attribute defined once.
    let names: BTreeSet<_> = names.chain(indexed).collect();
    let attributes = names.into_iter().map(text).collect();
    let indexes: Vec<_> = table.indexes.iter().map(sparse).collect();
    let create = client
        .create_table()
        .table_name(table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(keys(table.partition_key, table.sort_key)))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes));
    if !table.stream {
        return create;
    }
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage);
    create.stream_specification(stream.build().expect("enabled is set"))
}

fn sparse(index: &Index) -> GlobalSecondaryIndex {
    let projection = match index.includes {
        [] => Projection::builder().projection_type(ProjectionType::KeysOnly),
        names => names.iter().fold(
            Projection::builder().projection_type(ProjectionType::Include),
            |projection, name| projection.non_key_attributes(*name),
        ),
    };
    let made = GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(keys(index.partition_key, Some(index.sort_key))))
        .projection(projection.build());
    made.build().expect("name, keys and projection are set")
}

fn text(name: &str) -> AttributeDefinition {
    let attribute = AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S);
    attribute.build().expect("name and type are set")
}

fn keys(partition: &str, sort: Option<&str>) -> Vec<KeySchemaElement> {
    let sort = sort.map(|name| (name, KeyType::Range));
    let keys = [(partition, KeyType::Hash)].into_iter().chain(sort);
    let key = |(name, kind)| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    keys.map(|named| key(named).expect("name and type are set"))
        .collect()
}
