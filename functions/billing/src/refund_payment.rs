//! `refund-payment`: who has paid for an order that is called off gets the money back.
//!
//! Leased: the provider gives it back, once, by the key that goes with it.

use std::sync::Arc;

use storefront_contracts::OrderCancelled;
use storefront_providers::{RefundCharges, refunds};
use tidings_aws::{
    ConsumerFunction,
    event_store::{AsOf, EventStore},
};
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, Versioned,
    catalogue::{Access, EVENTS, Resource},
    consumer::guarantee,
};
use tracing::info;

use crate::payment::{Payment, payment_of};

/// The consumer.
pub struct RefundPayment {
    /// Where payments are kept, as their events.
    pub events: EventStore,
    /// Gives the money back.
    pub refunds: Arc<dyn RefundCharges>,
}

impl Consumer for RefundPayment {
    const NAME: &'static str = "refund-payment";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::Read), Resource::Secret("stripe")];
    type Event = OrderCancelled;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `refund-payment`.
#[must_use]
pub fn function() -> ConsumerFunction<RefundPayment> {
    ConsumerFunction::new(async |setting| {
        Ok(RefundPayment {
            events: setting.events()?,
            refunds: refunds(setting).await?,
        })
    })
}

impl Leased for RefundPayment {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, order: OrderCancelled, context: &Context) -> Result<Effects, Failure> {
        // It was paid in the transaction that placed the order, so nothing is still to come: without a payment, the order was on account.
        let payment: Versioned<Payment> = self.events.load(&payment_of(&order.order_id), AsOf::Now).await?;
        let Some(charge_id) = payment.state.charge_id else {
            info!(
                order_id = order.order_id,
                "nothing was paid, so nothing is given back"
            );
            return Ok(Effects::none().unasked());
        };
        let key = context.idempotency_key().to_string();
        self.refunds.refund(&charge_id, &key).await?;
        Ok(Effects::none())
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money, PaymentProcessed};
    use storefront_providers::{CardsInMemory, Charge, ChargeCards as _};
    use tidings_aws::event_store::Author;
    use tidings_testkit::{Bench, Death, Ended, given};

    use super::*;
    use crate::payment::Never;

    fn cancelled(order_id: &str) -> OrderCancelled {
        OrderCancelled {
            order_id: order_id.into(),
            user_id: Some("u-1".into()),
            reason: "changed my mind".into(),
        }
    }

    /// Order `o-1` is paid for.
    async fn paid(bench: &Bench, cards: &CardsInMemory) {
        let charge = Charge {
            amount: 500,
            currency: "EUR".into(),
            card: "tok_visa".into(),
            order_id: "o-1".into(),
        };
        let processed = &PaymentProcessed {
            payment_id: "pay-o-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            amount: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            charge_id: cards.charge(&charge, "k").await.unwrap(),
        };
        let events = bench.events().await;
        let author = Author::service("orders");
        let paying = events.work::<Never, _, _>(&author, |mut work| async move {
            work.append(Versioned::<Payment>::default(), vec![processed.clone()])?;
            Ok(work.answer(()))
        });
        paying.await.unwrap();
    }

    #[tokio::test]
    async fn who_has_paid_gets_the_money_back_also_where_the_worker_dies_in_between() {
        let (bench, cards) = (Bench::open().await, Arc::<CardsInMemory>::default());
        paid(&bench, &cards).await;
        let refund = RefundPayment {
            events: bench.events().await,
            refunds: cards.clone(),
        };
        let worker = bench.worker(refund).await;
        assert!(!cards.charged()[0].refunded);
        let event = given(&cancelled("o-1"));
        worker.deliver_and_die(Death::AfterCompletion, [&event]).await;
        assert!(cards.charged()[0].refunded);
        assert_eq!(worker.deliver([&event]).await, [Ended::Duplicate]);
    }

    #[tokio::test]
    async fn an_order_that_nobody_has_paid_for_is_nothing_to_do() {
        let (bench, cards) = (Bench::open().await, Arc::<CardsInMemory>::default());
        paid(&bench, &cards).await;
        let refund = RefundPayment {
            events: bench.events().await,
            refunds: cards.clone(),
        };
        given(&cancelled("o-2"))
            .by(&refund)
            .await
            .asks_nobody()
            .does_nothing_else();
        assert!(!cards.charged()[0].refunded);
    }
}
