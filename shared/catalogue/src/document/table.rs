//! Tables.

use serde::{Deserialize, Serialize};

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The name in the system, without a stage's prefix.
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The attribute that is the partition key; a string.
    pub partition_key: String,
    /// The attribute that is the sort key, if it has one; a string.
    #[serde(default)]
    pub sort_key: Option<String>,
    /// The attribute that says when an item expires, in seconds since 1970.
    #[serde(default)]
    pub expiry: Option<String>,
    /// Whether its changes are streamed.
    #[serde(default)]
    pub stream: bool,
    /// Other orders of its items.
    #[serde(default)]
    pub indexes: Vec<Index>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// The attribute that is its partition key; a string.
    pub partition_key: String,
    /// The attribute that is its sort key; a string.
    #[serde(default)]
    pub sort_key: Option<String>,
    /// What it holds of an item besides keys.
    #[serde(default)]
    pub includes: Vec<String>,
}
