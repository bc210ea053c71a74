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

/// Whether the provider calls a card so. It names other things alike, of which some are paid days later (Stripe: API reference, tokens: `btok_` is a bank
/// account; sources: `src_`). An order is settled while its caller waits, so none of them pays for one.
#[must_use]
pub fn is_card(name: &str) -> bool {
    let word = |rest: &str| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    name.strip_prefix("tok_").is_some_and(word)
}

/// What has become of what was charged for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is paid, by the charge that the provider calls so.
    Paid(String),
    /// The money may still come, and need not: the provider will tell.
    Pending,
    /// There is no money, and none will come.
    Nothing,
}

/// Charges cards.
#[async_trait]
pub trait ChargeCards: Send + Sync {
    /// Charges a card; answers the provider's name for the charge, which is paid. With the same `key` it is one charge, for as long as
    /// the provider keeps keys (Stripe: 24 hours). One that is pending is none that is paid, nor one that was refused: asking again tells what has
    /// become of it.
    ///
    /// # Errors
    /// [`ChargeError`].
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError>;

    /// What has become of the charges that were made for this order: for whoever comes when the provider may have forgotten the key. The provider may be
    /// behind by a while (Stripe's search: a minute, and up to an hour in an outage).
    ///
    /// # Errors
    /// When the provider does not tell.
    async fn find(&self, order_id: &str) -> Result<Found, Failure>;
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

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn what_is_paid_days_later_is_no_card() {
        for card in ["tok_visa", "tok_1Nz4bALkdIwHu7ixB4vK9uXq", "tok_chargeDeclined"] {
            assert!(is_card(card), "{card}");
        }
        for other in [
            "btok_us_verified",
            "ba_1N",
            "src_1Kxyz",
            "py_1N",
            "pm_1N",
            "card_1N",
            "cus_1N",
            "visa",
            "tok_",
            "tok visa",
            "tok_vi sa",
            "tok_a&amount=1",
            "TOK_VISA",
            "",
        ] {
            assert!(!is_card(other), "{other}");
        }
    }
}
