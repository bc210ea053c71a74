//! Functions that run by a schedule.

use serde::{Deserialize, Serialize};

use super::{EventVersion, Use, function::function};

/// A function on a schedule that publishes what a relay has left over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sweeper {
    /// Its name (`sweep-outbox`).
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
    /// How often it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Sweeper);

/// A function on a schedule that deletes reply queues without an owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaper {
    /// Its name (`reap-reply-queues`).
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// How often it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Reaper);

/// Any other function on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scheduled {
    /// Its name (`sweep-checkouts`).
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The events that it states.
    #[serde(default)]
    pub publishes: Vec<EventVersion>,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// How often it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Scheduled, publishes);
