//! Cards: charging them, and giving the money back.

use async_trait::async_trait;
use tidings_core::Failure;

/// What is to be charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// In the currency's minor unit.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The provider's name for the card, which the shop's page got from it (Stripe: a token, `tok_visa`). No card number comes here.
    pub card: String,
    /// What is paid for.
    pub order_id: String,
}

/// Charges cards.
#[async_trait]
pub trait ChargeCards: Send + Sync {
    /// Charges a card; answers the provider's name for the charge. With the same `key` it is one charge, and one answer, for as long as
    /// the provider keeps keys (Stripe: 24 hours).
    ///
    /// # Errors
    /// [`ChargeError`].
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError>;
}

/// Gives money back.
#[async_trait]
pub trait RefundCharges: Send + Sync {
    /// Gives back all of the charge that the provider calls so. With the same `key`, once.
    ///
    /// # Errors
    /// Permanent where there is no such charge, else transient. What has been given back already is no error.
    async fn refund(&self, charge_id: &str, key: &str) -> Result<(), Failure>;
}

/// Why a card was not charged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChargeError {
    /// Whoever issued the card would not have it, or there is no such card: asking again with the same key gets the same.
    #[error("the card was refused: {code}")]
    Declined {
        /// Why, in the provider's word (`insufficient_funds`).
        code: String,
    },
    /// Transient: whether it was charged is not known; asking again with the same key tells. Permanent: this request has charged nothing, and
    /// never will (an amount that the provider does not take, a mistake of ours).
    #[error("{}", .0.reason())]
    Failed(Failure),
}
