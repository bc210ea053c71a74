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
    /// The provider's name for the card, which the shop's page got from it (Stripe: a token, `tok_visa`). A card's number is none.
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

    /// The charge that was made for this order, if one was: for whoever comes when the provider may have forgotten the key. The provider may be
    /// behind by a while (Stripe's search: a minute, and up to an hour in an outage).
    ///
    /// # Errors
    /// When the provider does not tell.
    async fn find(&self, order_id: &str) -> Result<Option<String>, Failure>;
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
    /// Nothing was charged, and this charge will never be made: whoever issued the card would not have it, there is no such card, or the
    /// provider does not take this amount of this currency.
    #[error("the payment was refused: {code}")]
    Refused {
        /// Why, in the provider's word (`insufficient_funds`, `amount_too_small`).
        code: String,
    },
    /// Another request with this key is being worked on: what it comes to is this one's answer too.
    #[error("another request is charging the card")]
    UnderWay,
    /// Whether it was charged is not known. Asking again with the same key tells, if anything does.
    #[error("{}", .0.reason())]
    Failed(Failure),
}
