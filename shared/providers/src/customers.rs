//! Customers at the payment provider.

use async_trait::async_trait;
use tidings_core::Failure;

/// Somebody who may pay later.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// The shop's name for them.
    pub user_id: String,
    /// How they are called.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
}

/// Makes customers known to the payment provider.
#[async_trait]
pub trait CreateCustomers: Send + Sync {
    /// Makes one; answers the provider's name for them. With the same `key`, once.
    ///
    /// # Errors
    /// Permanent where the provider refuses what it is told, else transient.
    async fn create(&self, customer: &NewCustomer, key: &str) -> Result<String, Failure>;
}
