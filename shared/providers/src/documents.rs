//! Documents that are kept for good.

use async_trait::async_trait;
use tidings_core::Failure;

/// Keeps documents.
#[async_trait]
pub trait KeepDocuments: Send + Sync {
    /// Keeps a document under `name`, in place of what is there.
    ///
    /// # Errors
    /// Always worth another try.
    async fn keep(&self, name: &str, content_type: &str, document: &[u8]) -> Result<(), Failure>;
}
