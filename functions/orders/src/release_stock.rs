//! `release-stock`: what was reserved for an order that is called off can be sold again.
//!
//! Leased, because it reads what is reserved; nothing happens outside. The articles, and `inventory.released` as the reservation's second
//! event, commit with the record of `order.cancelled`. That there is a second event already says that they are back.

use serde_json::json;
use storefront_contracts::{InventoryReleased, OrderCancelled};
use tidings_aws::{
    ConsumerFunction,
    event_store::{AsOf, EventStore},
};
use tidings_core::{
    Aggregate as _, Consumer, Context, Effects, Event as _, EventType, Failure, Leased, Repeat, Versioned,
    catalogue::{Access, EVENTS, Resource},
    consumer::guarantee,
    effects::Otherwise,
};

use crate::{
    reservation::{Release, Reservation, ReservationEvent, reservation_of},
    stock::{AVAILABLE, STOCK},
};

/// The consumer.
pub struct ReleaseStock {
    /// Where reservations are kept, as their events.
    pub events: EventStore,
}

impl Consumer for ReleaseStock {
    const NAME: &'static str = "release-stock";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadAppend),
        Resource::Table(&STOCK, Access::Write),
    ];
    const PUBLISHES: &'static [EventType] = &[InventoryReleased::EVENT_TYPE];
    type Event = OrderCancelled;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `release-stock`.
#[must_use]
pub fn function() -> ConsumerFunction<ReleaseStock> {
    ConsumerFunction::new(async |setting| {
        Ok(ReleaseStock {
            events: setting.events()?,
        })
    })
}

impl Leased for ReleaseStock {
    const REPEAT: Repeat = Repeat::OnlyReads;

    async fn perform(&self, order: OrderCancelled, _: &Context) -> Result<Effects, Failure> {
        let id = reservation_of(&order.order_id);
        // It was reserved in the transaction that placed the order: an order without a reservation is one on account.
        let reservation: Versioned<Reservation> = self.events.load(&id, AsOf::Now).await?;
        let mut effects = Effects::none();
        for event in reservation.state.decide(&Release)? {
            let ReservationEvent::InventoryReleased(released) = event else {
                continue;
            };
            effects = effects.append(&released, reservation.version + 1, Otherwise::Superseded)?;
            for item in &released.items {
                let pieces = i64::try_from(item.quantity)?;
                effects = effects.add(&STOCK, &json!({ "sku": item.sku }), &[(AVAILABLE, pieces)])?;
            }
        }
        Ok(effects)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use storefront_contracts::{InventoryReserved, StockItem};
    use tidings_aws::event_store::Author;
    use tidings_core::Incoming as _;
    use tidings_testkit::{Bench, Death, Ended, given};

    use super::*;
    use crate::reservation::Never;

    fn cancelled() -> OrderCancelled {
        OrderCancelled {
            order_id: "o-1".into(),
            user_id: Some("u-1".into()),
            reason: "changed my mind".into(),
        }
    }

    /// Two teas and a mug are reserved for the order, and as many are left.
    async fn reserved() -> Bench {
        let bench = Bench::open().await;
        let item = |sku: &str, quantity| StockItem {
            sku: sku.into(),
            quantity,
        };
        let reserved = InventoryReserved {
            reservation_id: "res-o-1".into(),
            order_id: "o-1".into(),
            items: vec![item("mug", 1), item("tea", 2)],
        };
        for (sku, left) in [("mug", 1), ("tea", 2)] {
            bench.put(&STOCK, &json!({ "sku": sku, "available": left })).await;
        }
        let events = bench.events().await;
        let reserved = &reserved;
        let author = Author::service("orders");
        let reserving = events.work::<Never, _, _>(&author, |mut work| async move {
            work.append(Versioned::<Reservation>::default(), vec![reserved.clone().into()])?;
            Ok(work.answer(()))
        });
        reserving.await.unwrap();
        bench
    }

    async fn stock(bench: &Bench) -> Vec<Value> {
        let rows = bench.rows(&STOCK).await;
        rows.iter().map(|row| row["available"].clone()).collect()
    }

    #[tokio::test]
    async fn what_was_reserved_is_back_once_however_often_the_cancellation_comes() {
        let bench = reserved().await;
        let events = bench.events().await;
        let worker = bench.worker(ReleaseStock { events }).await;
        let first = given(&cancelled());
        worker.deliver_and_die(Death::AfterCompletion, [&first]).await;
        assert_eq!(worker.deliver([&first]).await, [Ended::Duplicate]);
        assert_eq!(stock(&bench).await, [json!(2), json!(4)]);

        // Another event that says the same finds nothing reserved.
        let ended = worker.deliver([given(&cancelled()).id("another")]).await;
        assert_eq!(ended, [Ended::Done]);
        assert_eq!(stock(&bench).await, [json!(2), json!(4)]);
        let stated = bench.stated().await;
        let [_, released] = stated.as_slice() else {
            panic!("{stated:?}")
        };
        let told = InventoryReleased::decode(released).unwrap();
        assert_eq!((released.aggregateversion, told.items.len()), (Some(2), 2));
    }

    #[tokio::test]
    async fn an_order_for_which_nothing_was_reserved_is_nothing_to_do() {
        let bench = Bench::open().await;
        let events = bench.events().await;
        given(&cancelled())
            .by(&ReleaseStock { events })
            .await
            .does_nothing_else();
    }
}
