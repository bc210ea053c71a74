//! Functions that answer HTTP requests.

use serde::{Deserialize, Serialize};

use super::{EventVersion, Use, function::function};

/// A function that answers HTTP requests: a publisher or a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name (`place-order`).
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The HTTP method.
    #[serde(default)]
    pub method: String,
    /// The path, with its parameters in braces (`/orders/{id}`).
    #[serde(default)]
    pub path: String,
    /// The events that it states; a query states none.
    #[serde(default)]
    pub publishes: Vec<EventVersion>,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}

function!(Endpoint, publishes);
