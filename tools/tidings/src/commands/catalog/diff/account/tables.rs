//! Tables.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    operation::describe_table::DescribeTableError,
    types::{KeySchemaElement, KeyType, TimeToLiveStatus},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tidings_catalogue::drift::deployed::Table;

use super::AT_ONCE;

/// Those of the tables that are there.
pub async fn of(dynamodb: &Client, names: &[String]) -> anyhow::Result<BTreeMap<String, Table>> {
    let found = stream::iter(names)
        .map(async |name| {
            anyhow::Ok(
                described(dynamodb, name)
                    .await?
                    .map(|table| (name.clone(), table)),
            )
        })
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn described(dynamodb: &Client, name: &str) -> anyhow::Result<Option<Table>> {
    let table = match dynamodb.describe_table().table_name(name).send().await {
        Ok(found) => found
            .table
            .with_context(|| format!("{name} has no description"))?,
        Err(error) => match error.as_service_error() {
            Some(DescribeTableError::ResourceNotFoundException(_)) => return Ok(None),
            _ => anyhow::bail!("{name}: {}", DisplayErrorContext(error)),
        },
    };
    let asked = dynamodb.describe_time_to_live().table_name(name).send().await;
    let lasting = asked.with_context(|| name.to_owned())?.time_to_live_description;
    let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
    let lasting = lasting.filter(|one| {
        one.time_to_live_status
            .as_ref()
            .is_some_and(|status| on.contains(status))
    });
    let indexes = table.global_secondary_indexes.unwrap_or_default().into_iter();
    let indexes = indexes.filter_map(|index| {
        let keys = index.key_schema.unwrap_or_default();
        let keys = [key(&keys, &KeyType::Hash), key(&keys, &KeyType::Range)];
        Some((index.index_name?, keys.into_iter().flatten().collect()))
    });
    let keys = table.key_schema.unwrap_or_default();
    Ok(Some(Table {
        partition_key: key(&keys, &KeyType::Hash),
        sort_key: key(&keys, &KeyType::Range),
        expiry: lasting.and_then(|one| one.attribute_name),
        stream: table
            .stream_specification
            .is_some_and(|stream| stream.stream_enabled),
        indexes: indexes.collect(),
    }))
}

fn key(keys: &[KeySchemaElement], kind: &KeyType) -> Option<String> {
    let found = keys.iter().find(|key| key.key_type == *kind);
    found.map(|key| key.attribute_name.clone())
}
