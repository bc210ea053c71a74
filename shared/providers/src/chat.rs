//! A channel that people read.

use async_trait::async_trait;
use tidings_core::Failure;

/// Writes into a channel.
#[async_trait]
pub trait Chat: Send + Sync {
    /// Writes one message. No such channel takes an idempotency key: after a crash it can be there twice.
    ///
    /// # Errors
    /// Permanent where the channel refuses it, else transient.
    async fn post(&self, message: &str) -> Result<(), Failure>;
}
