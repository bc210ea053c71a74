//! Other systems that are told of what happened.

use async_trait::async_trait;
use serde_json::Value;
use tidings_core::Failure;

/// What another system is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// By this it knows what it has been told before: the same for every try (Standard Webhooks: `webhook-id`).
    pub id: String,
    /// What kind of notice it is (`order.placed`).
    pub kind: &'static str,
    /// The rest.
    pub data: Value,
}

/// Tells another system.
#[async_trait]
pub trait Notify: Send + Sync {
    /// Tells it once; a notice of the same id again is the same notice.
    ///
    /// # Errors
    /// Permanent where it refuses the notice, else transient.
    async fn notify(&self, notice: &Notice) -> Result<(), Failure>;
}
