//! Documents that are kept for good.

use async_trait::async_trait;
use tidings_core::Failure;

/// Keeps documents.
#[async_trait]
pub trait KeepDocuments: Send + Sync {
    /// Keeps a document under `name`: whole, or not at all. Where there is one, that stays: what was issued is not issued again. A name is made of letters, digits, `-`, `_` and `.`,
    /// of which no part begins with a dot; `/` may be between its parts.
    ///
    /// # Errors
    /// Permanent for another name, else always worth another try.
    async fn keep(&self, name: &str, content_type: &str, document: &[u8]) -> Result<(), Failure>;
}
