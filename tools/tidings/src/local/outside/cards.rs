//! The payment provider's stand-in: cards in memory, which keep keys as Stripe does, behind what is made to go wrong.

use async_trait::async_trait;
use storefront_providers::{
    CardsInMemory, Charge, ChargeCards, ChargeError, CreateCustomers, Found, NewCustomer, RefundCharges,
};
use tidings_core::Failure;

use super::stand_in::{Failed, StandIn};

/// Cards, refunds and customers.
pub(super) struct Cards {
    stand_in: StandIn,
    cards: CardsInMemory,
}

impl Cards {
    pub(super) fn behind(stand_in: StandIn) -> Self {
        Self {
            stand_in,
            cards: CardsInMemory::default(),
        }
    }
}

#[async_trait]
impl ChargeCards for Cards {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        let what = format!(
            "charge {} {} for {}",
            charge.amount, charge.currency, charge.order_id
        );
        let charged = self.stand_in.makes(what, async || {
            self.cards.charge(charge, key).await.map_err(Refused)
        });
        charged.await.map_err(|Refused(error)| error)
    }

    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        let found = self.stand_in.asked(format!("charge of {order_id}?"), async || {
            self.cards.find(order_id).await.map_err(Failed)
        });
        found.await.map_err(|Failed(failure)| failure)
    }
}

#[async_trait]
impl RefundCharges for Cards {
    async fn refund(&self, charge_id: &str, key: &str) -> Result<(), Failure> {
        let refunded = self.stand_in.asked(format!("refund {charge_id}"), async || {
            self.cards.refund(charge_id, key).await.map_err(Failed)
        });
        refunded.await.map_err(|Failed(failure)| failure)
    }
}

#[async_trait]
impl CreateCustomers for Cards {
    async fn create(&self, customer: &NewCustomer, _key: &str) -> Result<String, Failure> {
        let id = format!("cus_{}", customer.user_id);
        let what = format!("customer for {}", customer.user_id);
        let created = self.stand_in.asked(what, async || Ok::<_, Failed>(id));
        created.await.map_err(|Failed(failure)| failure)
    }
}

/// A refused charge that can begin as a failure.
struct Refused(ChargeError);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(ChargeError::Failed(failure))
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::local::outside::{Calls, Mishaps};

    fn cards() -> Cards {
        Cards::behind(StandIn::new(
            "stripe",
            Mishaps::default(),
            Arc::new(Calls::default()),
        ))
    }

    fn charge(card: &str) -> Charge {
        Charge {
            amount: 3098,
            currency: "EUR".into(),
            card: card.into(),
            order_id: "o-1".into(),
        }
    }

    #[tokio::test]
    async fn the_same_key_gets_the_same_answer_and_no_other_question() {
        let cards = cards();
        let first = cards.charge(&charge("tok_visa"), "k-1").await;
        assert_eq!(first, cards.charge(&charge("tok_visa"), "k-1").await);
        assert_ne!(first, cards.charge(&charge("tok_visa"), "k-2").await);
        let other = cards.charge(&charge("tok_mastercard"), "k-1").await;
        assert!(
            matches!(other, Err(ChargeError::Failed(Failure::Permanent { .. }))),
            "{other:?}"
        );
    }

    #[tokio::test]
    async fn a_card_is_refused_by_its_name() {
        let code = |card: &'static str| async move { cards().charge(&charge(card), "k").await.unwrap_err() };
        let declined = |code: &str| ChargeError::Refused { code: code.into() };
        assert_eq!(code("tok_chargeDeclined").await, declined("generic_decline"));
        assert_eq!(
            code("tok_chargeDeclinedInsufficientFunds").await,
            declined("insufficient_funds")
        );
    }
}
