//! The first call to DynamoDB of an endpoint that reads a table, made in init: it pays for the TLS handshake, which would be most of the first
//! request.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_core::{
    Failure,
    catalogue::{Access, Resource, Table},
};

use crate::Setting;

/// How long init waits for it, which Lambda gives 10 s in all (AWS: Lambda, "Runtime environment lifecycle").
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads an item that is not there, from a table that the function may read; nothing where there is none. A failure says nothing yet: the
/// first request will meet it again.
pub(crate) async fn warm(setting: &Setting, uses: &[Resource]) {
    let readable = uses.iter().find_map(|resource| match resource {
        Resource::Table(table, Access::Read | Access::ReadWrite | Access::ReadAppend) => Some(*table),
        _ => None,
    });
    let Some(table) = readable else { return };
    let Ok(name) = setting.table(table) else { return };
    let get = setting.dynamodb().get_item().table_name(&name);
    let asked = tokio::time::timeout(PATIENCE, get.set_key(Some(nobody(table))).send());
    let reason = match asked.await {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => Failure::from(error).reason().to_owned(),
        Err(_) => format!("no answer within {PATIENCE:?}"),
    };
    tracing::warn!(reason, table = name, "the table does not answer yet");
}

/// A key of the table's form that no item has.
fn nobody(table: &Table) -> HashMap<String, AttributeValue> {
    let names = [Some(table.partition_key), table.sort_key];
    names
        .into_iter()
        .flatten()
        .map(|name| (name.to_owned(), AttributeValue::S("warm".to_owned())))
        .collect()
}
