//! Mail.

use async_trait::async_trait;
use tidings_core::Failure;

/// A mail in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The body.
    pub text: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. No mail provider takes an idempotency key: after a crash the same mail can go out twice.
    ///
    /// # Errors
    /// Permanent where the recipient or the text is refused, else transient.
    async fn send(&self, mail: &Mail) -> Result<(), Failure>;
}
