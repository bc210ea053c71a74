//! `mark-order-shipped`: an order whose parcel is packed is `shipped`, and cannot be called off any more.
//!
//! Until then it can be, and who wins is decided once: by which of the two comes first in the order's history ([why so](../../../docs/adr/0024-the-orders-history-decides.md)). Where that is the
//! cancellation, there is nothing to say here; `call-off-shipment` has the parcel unpacked.
//!
//! Leased, because it reads the order; nothing happens outside.

use storefront_contracts::{OrderStatus, OrderStatusChanged, ShipmentCreated};
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
use tracing::info;

use crate::order::{Order, OrderCommand, OrderEvent, OrderRefusal};

/// The consumer.
pub struct MarkOrderShipped {
    /// Where orders are kept, as their events.
    pub events: EventStore,
}

impl Consumer for MarkOrderShipped {
    const NAME: &'static str = "mark-order-shipped";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::ReadAppend)];
    const PUBLISHES: &'static [EventType] = &[OrderStatusChanged::EVENT_TYPE];
    type Event = ShipmentCreated;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `mark-order-shipped`.
#[must_use]
pub fn function() -> ConsumerFunction<MarkOrderShipped> {
    ConsumerFunction::new(async |setting| {
        Ok(MarkOrderShipped {
            events: setting.events()?,
        })
    })
}

impl Leased for MarkOrderShipped {
    const REPEAT: Repeat = Repeat::OnlyReads;

    async fn perform(&self, shipment: ShipmentCreated, _: &Context) -> Result<Effects, Failure> {
        let order_id = shipment.order_id;
        let order: Versioned<Order> = self.events.load(&order_id, AsOf::Now).await?;
        let shipped = order
            .state
            .decide(&OrderCommand::ChangeStatus(OrderStatus::Shipped));
        match shipped {
            Ok(events) => append(order.version, events),
            Err(OrderRefusal::Illegal { from, .. }) => {
                info!(order_id, status = from.as_str(), "the order stays as it is");
                Ok(Effects::none())
            }
            Err(refusal) => {
                let reason = format!("shipped is order {order_id}: {refusal}");
                Err(Failure::permanent(reason).of_class("NoOrder"))
            }
        }
    }
}

/// What is decided, as the next event of the order. Where something else has come in between, it is decided again.
fn append(version: tidings_core::Version, events: Vec<OrderEvent>) -> Result<Effects, Failure> {
    let mut effects = Effects::none();
    for event in events {
        let OrderEvent::OrderStatusChanged(changed) = event else {
            continue;
        };
        let meanwhile = Failure::transient("the order has changed meanwhile");
        effects = effects.append(&changed, version + 1, Otherwise::Fail(meanwhile))?;
    }
    Ok(effects)
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money, OrderCaller, OrderPlaced};
    use tidings_aws::event_store::Author;
    use tidings_testkit::{Bench, Death, Ended, given};

    use super::*;

    fn packed() -> ShipmentCreated {
        ShipmentCreated {
            shipment_id: "shp-o-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            carrier: None,
            tracking: None,
            items: Vec::new(),
        }
    }

    fn placed() -> OrderCommand {
        OrderCommand::Place(OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        })
    }

    fn cancel() -> OrderCommand {
        OrderCommand::Cancel {
            reason: "changed my mind".into(),
            by: OrderCaller::new(Some("u-1".into()), None),
        }
    }

    /// Whether the order took this.
    async fn asked(events: &EventStore, command: &OrderCommand) -> bool {
        let author = Author::service("orders");
        let deciding = events.work::<OrderRefusal, _, _>(&author, |mut work| async move {
            let order = work.load::<Order>("o-1").await?;
            let order = work.decide(order, command)?;
            Ok(work.answer(order.version))
        });
        deciding.await.is_ok()
    }

    async fn status(events: &EventStore) -> (Option<OrderStatus>, u32) {
        let order: Versioned<Order> = events.load("o-1", AsOf::Now).await.unwrap();
        (order.state.status(), order.version)
    }

    #[tokio::test]
    async fn an_order_whose_parcel_is_packed_is_shipped_once_and_cannot_be_called_off() {
        let bench = Bench::open().await;
        let events = bench.events().await;
        assert!(asked(&events, &placed()).await);
        let worker = bench
            .worker(MarkOrderShipped {
                events: events.clone(),
            })
            .await;
        let shipment = given(&packed());
        worker.deliver_and_die(Death::AfterCompletion, [&shipment]).await;
        let again = [shipment.clone(), shipment.id("another")];
        assert_eq!(worker.deliver(again).await, [Ended::Duplicate, Ended::Done]);
        assert_eq!(status(&events).await, (Some(OrderStatus::Shipped), 2));
        assert!(!asked(&events, &cancel()).await);
    }

    #[tokio::test]
    async fn an_order_that_is_called_off_stays_so_and_one_that_came_further_too() {
        for (command, stays) in [
            (cancel(), OrderStatus::Cancelled),
            (
                OrderCommand::ChangeStatus(OrderStatus::Shipped),
                OrderStatus::Shipped,
            ),
        ] {
            let bench = Bench::open().await;
            let events = bench.events().await;
            assert!(asked(&events, &placed()).await && asked(&events, &command).await);
            let worker = bench
                .worker(MarkOrderShipped {
                    events: events.clone(),
                })
                .await;
            assert_eq!(worker.deliver([given(&packed())]).await, [Ended::Done]);
            assert_eq!(status(&events).await, (Some(stays), 2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_parcel_and_a_cancellation_at_once_the_history_has_one() {
        let mut won = [0, 0];
        for seed in 0..30 {
            let bench = Bench::open().await;
            assert!(asked(&bench.events().await, &placed()).await);
            let slow = bench.clone().with_latency(seed);
            let (ships, cancels) = (slow.events().await, slow.events().await);
            let worker = slow.worker(MarkOrderShipped { events: ships }).await;
            let shipment = given(&packed());
            let cancelling = cancel();
            let (ended, cancelled) = tokio::join!(worker.deliver([&shipment]), asked(&cancels, &cancelling));
            if ended != [Ended::Done] {
                // The cancellation came in between; the next try sees it.
                assert_eq!(ended, [Ended::back(1, "the order has changed meanwhile")]);
                assert_eq!(worker.deliver([&shipment]).await, [Ended::Done]);
            }
            let expected = if cancelled {
                OrderStatus::Cancelled
            } else {
                OrderStatus::Shipped
            };
            assert_eq!(
                status(&bench.events().await).await,
                (Some(expected), 2),
                "seed {seed}"
            );
            won[usize::from(cancelled)] += 1;
        }
        assert!(won[0] > 0 && won[1] > 0, "each wins some times: {won:?}");
    }

    #[tokio::test]
    async fn a_parcel_of_no_order_is_set_aside() {
        let bench = Bench::open().await;
        let events = bench.events().await;
        let ended = bench
            .worker(MarkOrderShipped { events })
            .await
            .deliver([given(&packed())])
            .await;
        assert_eq!(
            ended,
            [Ended::set_aside("shipped is order o-1: there is no such order")]
        );
    }
}
