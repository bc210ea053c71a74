//! Steps 3 and 4: the card, and the order.

use std::time::Duration;

use jiff::Timestamp;
use storefront_contracts::{InventoryReserved, PaymentProcessed};
use storefront_providers::{Charge, ChargeError, Found};
use tidings_aws::event_store::{Attempted, Author};
use tidings_core::{
    Failure, Outgoing,
    causation::{beside, come_true},
};

use super::{Checkout, Checkouts, Ended, Refusal, Stage, Unfinished, lines::wanted, overtaken};
use crate::reservation::reservation_of;

/// How long after the stock was reserved a card may still be charged. The provider knows a charge by its key for 24 hours (Stripe API,
/// idempotent requests); after that the same key charges again.
const CHARGEABLE: Duration = Duration::from_secs(20 * 60 * 60);

/// How long after that it is asked which charge was made of it: by then the provider's search has caught up with the last one that was asked
/// for (Stripe: up to an hour behind).
const SETTLED: Duration = Duration::from_secs(22 * 60 * 60);

/// Why there is no order where the provider knows of no charge in the end.
const NOT_CHARGED: &str = "not_charged";

/// How often, and how many times at most, a request looks whether another one that is charging the card has come to its end. Together no longer
/// than the sweeper's last round leaves time for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LOOKS: u32 = 15;

/// How the payment of an order is called. There is one, so whoever knows the order finds it; a payment that was refused is called as its
/// checkout is, of which an order may have had several.
fn payment_of(order_id: &str) -> String {
    format!("pay-{order_id}")
}

impl Checkouts {
    /// Charges the card, under a key that makes it one charge however often it is asked for, and places the order or refuses it.
    pub(super) async fn charge(
        &self,
        checkout: Checkout,
        card: String,
        reserved: Timestamp,
    ) -> Result<Checkout, Unfinished> {
        if self.is_past(CHARGEABLE, reserved) {
            return self.settle(checkout, reserved).await;
        }
        let total = checkout.order.total;
        let charge = Charge {
            amount: total.amount,
            currency: total.currency.code().to_owned(),
            card,
            order_id: checkout.order.order_id.clone(),
        };
        match self.cards.charge(&charge, checkout.id()).await {
            Ok(charge_id) => self.place(checkout, charge_id).await,
            Err(ChargeError::Refused { code }) => {
                self.refuse(checkout, Refusal::PaymentRefused { code }).await
            }
            Err(ChargeError::UnderWay) => self.follow(&checkout).await,
            Err(ChargeError::Failed(failure)) => Err(Unfinished::Failed(failure)),
        }
    }

    /// The card is charged no more: either it was, or there is no order.
    async fn settle(&self, checkout: Checkout, reserved: Timestamp) -> Result<Checkout, Unfinished> {
        // Somebody may have ended it in the meantime.
        let there = self.now_at(&checkout).await?;
        if !matches!(there.stage, Stage::Reserved { .. }) {
            return Ok(there);
        }
        if !self.is_past(SETTLED, reserved) {
            let reason = "whether the card was charged is asked when the provider's search has caught up";
            return Err(Unfinished::Failed(Failure::transient(reason)));
        }
        match self.cards.find(&there.order.order_id).await? {
            Found::Paid(charge_id) => self.place(there, charge_id).await,
            // The money may come, days later: the stock stays reserved for it.
            Found::Pending => {
                let reason = "the provider has the charge pending; the order waits for what becomes of it";
                Err(Unfinished::Failed(Failure::transient(reason).of_class("Pending")))
            }
            Found::Nothing => {
                let code = NOT_CHARGED.to_owned();
                self.refuse(there, Refusal::PaymentRefused { code }).await
            }
        }
    }

    fn is_past(&self, time: Duration, since: Timestamp) -> bool {
        self.clock.now() > since.saturating_add(time).unwrap_or(Timestamp::MAX)
    }

    /// Waits for what the request comes to that is charging the card.
    async fn follow(&self, checkout: &Checkout) -> Result<Checkout, Unfinished> {
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK_EVERY).await;
            let there = self.now_at(checkout).await?;
            if !matches!(there.stage, Stage::Reserved { .. }) {
                return Ok(there);
            }
        }
        Err(Unfinished::Failed(Failure::transient(
            ChargeError::UnderWay.to_string(),
        )))
    }

    /// States that the order is placed, paid for and reserved, and moves the checkout to its end, in one transaction.
    async fn place(&self, checkout: Checkout, charge_id: String) -> Result<Checkout, Unfinished> {
        let order = &checkout.order;
        let processed = PaymentProcessed {
            payment_id: payment_of(&order.order_id),
            order_id: order.order_id.clone(),
            user_id: order.user_id.clone(),
            amount: order.total,
            charge_id: charge_id.clone(),
        };
        let reserved = InventoryReserved {
            reservation_id: reservation_of(&order.order_id),
            order_id: order.order_id.clone(),
            items: wanted(order),
        };
        let processed = Outgoing::new(&processed, 1).map_err(Failure::from)?;
        let reserved = Outgoing::new(&reserved, 1).map_err(Failure::from)?;
        let receipt = self.placed(&checkout, &charge_id, self.clock.now());
        let (author, placed) = (Author::service(crate::SERVICE), checkout.prepared());
        let (processed, reserved) = (&processed, &reserved);
        let placing = self.events.work_with_receipt(
            &author,
            |()| Some(receipt.clone()),
            |mut work| async move {
                let now = work.now();
                work.state(come_true(placed.clone(), now));
                for also in [processed, reserved] {
                    let id = work.id();
                    work.state(beside(also.clone(), placed, id, now));
                }
                Ok(work.answer(()))
            },
        );
        match placing.await? {
            Attempted::Done(_) => Ok(checkout.at(Stage::Ended(Ended::Placed))),
            Attempted::DoneBefore(there) => overtaken(&checkout, Some(&there)),
        }
    }
}
