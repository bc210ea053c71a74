//! `start-post-purchase-flow`: what is to follow an order, and when each of it is due.
//!
//! Transactional: one row an order, which the order's first event writes. A row that is there is left alone, because its steps may have
//! been taken since.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use storefront_contracts::OrderPlaced;
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};

/// The flows that have been started, an item an order.
pub const POST_PURCHASE_FLOWS: Table = Table::new("post-purchase-flows", crate::SERVICE, "order_id");

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The steps of the flow, and how many days after the order each is due.
const STEPS: [(&str, u32); 2] = [("ask-for-review", 14), ("offer-again", 30)];

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct StartPostPurchaseFlow;

impl Consumer for StartPostPurchaseFlow {
    const NAME: &'static str = "start-post-purchase-flow";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&POST_PURCHASE_FLOWS, Access::Write)];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `start-post-purchase-flow`.
#[must_use]
pub fn function() -> ConsumerFunction<StartPostPurchaseFlow> {
    ConsumerFunction::new(async |_| Ok(StartPostPurchaseFlow))
}

impl Transactional for StartPostPurchaseFlow {
    fn decide(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let placed = context.envelope.time.unwrap_or(context.now);
        let steps = STEPS.map(|(step, days)| json!({ "step": step, "due": due(placed, days) }));
        let flow = json!({ "order_id": order.order_id, "user_id": order.user_id, "steps": steps });
        let once = Condition::Absent(POST_PURCHASE_FLOWS.partition_key);
        Ok(Effects::none().put_if(&POST_PURCHASE_FLOWS, &flow, once, Otherwise::Superseded)?)
    }
}

/// A time that no calendar has any more is its last.
fn due(placed: Timestamp, days: u32) -> Timestamp {
    placed.saturating_add(DAY * days).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money};
    use tidings_testkit::{Bench, Ended, given};

    use super::*;

    fn order() -> OrderPlaced {
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        }
    }

    #[test]
    fn each_step_is_due_so_many_days_after_the_order_and_not_after_its_handling() {
        let flow = json!({ "order_id": "o-1", "user_id": "u-1", "steps": [
            { "step": "ask-for-review", "due": "2026-01-29T23:59:59Z" },
            { "step": "offer-again", "due": "2026-02-14T23:59:59Z" },
        ]});
        given(&order())
            .at("2026-01-15T23:59:59Z")
            .handled_at("2026-01-18T08:00:00Z")
            .by(&StartPostPurchaseFlow)
            .puts_if(
                &POST_PURCHASE_FLOWS,
                &flow,
                Condition::Absent("order_id"),
                Otherwise::Superseded,
            )
            .does_nothing_else();
    }

    #[tokio::test]
    async fn an_order_starts_one_flow_and_a_flow_that_has_gone_on_is_left_alone() {
        let bench = Bench::open().await;
        let worker = bench.worker(StartPostPurchaseFlow).await;
        let placed = given(&order());
        assert_eq!(worker.deliver([&placed]).await, [Ended::Done]);
        let gone_on = json!({ "order_id": "o-1", "user_id": "u-1", "steps": [] });
        bench.put(&POST_PURCHASE_FLOWS, &gone_on).await;

        assert_eq!(worker.deliver([&placed]).await, [Ended::Duplicate]);
        assert_eq!(worker.deliver([placed.id("another event")]).await, [Ended::Done]);
        assert_eq!(bench.rows(&POST_PURCHASE_FLOWS).await, [gone_on]);
    }

    #[test]
    fn an_order_at_the_end_of_time_is_no_panic() {
        assert_eq!(due(Timestamp::MAX, 30), Timestamp::MAX);
    }
}
