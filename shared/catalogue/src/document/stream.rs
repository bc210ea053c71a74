//! Functions on the stream of a table.

use serde::{Deserialize, Serialize};

use super::{Use, function::function};

/// A function on the stream of a table: it publishes what enters it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relay {
    /// Its name (`relay-outbox`).
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The table.
    pub table: String,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// Records a call, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// How often a batch that fails is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Relay);

/// A function on the stream of the event store that keeps snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshotter {
    /// Its name (`snapshot-accounts`).
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The table.
    pub table: String,
    /// The types of the aggregates that it keeps snapshots of.
    #[serde(default)]
    pub aggregates: Vec<String>,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// Records a call, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// How long Lambda waits for a batch to fill, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batching_window_seconds: Option<u32>,
    /// How often a batch that fails is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Snapshotter);
