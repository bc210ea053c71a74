//! `notify-affiliates`: tells who brought the customer what was ordered, so that a commission can be reckoned.
//!
//! Leased, with the notice's id as the receiver's key: the same for every try, so that a notice that comes twice counts once. What leaves
//! the shop is the order's id, its total and its items; no name, no address, no user.

use std::sync::Arc;

use serde_json::json;
use storefront_contracts::OrderPlaced;
use storefront_providers::{Notice, Notify, affiliates};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Event as _, Failure, Leased, Repeat, catalogue::Resource, consumer::guarantee,
};

/// The consumer.
pub struct NotifyAffiliates {
    /// Who is told.
    pub affiliates: Arc<dyn Notify>,
}

impl Consumer for NotifyAffiliates {
    const NAME: &'static str = "notify-affiliates";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Secret("affiliates")];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `notify-affiliates`.
#[must_use]
pub fn function() -> ConsumerFunction<NotifyAffiliates> {
    ConsumerFunction::new(async |setting| {
        Ok(NotifyAffiliates {
            affiliates: affiliates(setting).await?,
        })
    })
}

impl Leased for NotifyAffiliates {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let notice = Notice {
            id: context.idempotency_key().to_string(),
            kind: OrderPlaced::TYPE,
            data: json!({ "orderId": order.order_id, "total": order.total, "items": order.items }),
        };
        self.affiliates.notify(&notice).await?;
        Ok(Effects::none())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use storefront_contracts::{Currency, Item, Money};
    use tidings_testkit::{Bench, Death, Ended, given};

    use super::*;

    /// Keeps what it is told.
    #[derive(Default)]
    struct Affiliate(Mutex<Vec<Notice>>);

    #[async_trait::async_trait]
    impl Notify for Affiliate {
        async fn notify(&self, notice: &Notice) -> Result<(), Failure> {
            self.0.lock().unwrap().push(notice.clone());
            Ok(())
        }
    }

    fn order() -> OrderPlaced {
        let price = Money {
            amount: 1299,
            currency: Currency::EUR,
        };
        let item = Item {
            sku: "mug".into(),
            name: "Mug".into(),
            quantity: 1,
            unit_price: price,
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: price,
            items: vec![item],
        }
    }

    #[tokio::test]
    async fn the_notice_says_what_was_ordered_and_not_by_whom() {
        let affiliates: Arc<Affiliate> = Arc::default();
        let consumer = NotifyAffiliates {
            affiliates: affiliates.clone(),
        };
        given(&order()).by(&consumer).await.does_nothing_else();
        let notices = affiliates.0.lock().unwrap().clone();
        let [Notice { kind, data, .. }] = notices.as_slice() else {
            panic!("one notice")
        };
        let price = json!({ "amount": 1299, "currency": "EUR" });
        let item = json!({ "sku": "mug", "name": "Mug", "quantity": 1, "unitPrice": price });
        assert_eq!(*kind, "order.placed");
        assert_eq!(
            *data,
            json!({ "orderId": "o-1", "total": price, "items": [item] })
        );
    }

    #[tokio::test]
    async fn a_worker_that_dies_before_it_has_recorded_tells_again_under_the_same_id() {
        let bench = Bench::open().await;
        let affiliates: Arc<Affiliate> = Arc::default();
        let consumer = NotifyAffiliates {
            affiliates: affiliates.clone(),
        };
        let worker = bench.worker(consumer).await;
        let placed = bench.sealed(&order()).await;
        worker.deliver_and_die(Death::BeforeCompletion, [&placed]).await;
        bench.pass(NotifyAffiliates::SETTINGS.visibility_timeout());
        assert_eq!(worker.deliver([&placed]).await, [Ended::Done]);
        let notices = affiliates.0.lock().unwrap().clone();
        assert_eq!(notices.len(), 2);
        assert_eq!(notices[0], notices[1]);
    }
}
