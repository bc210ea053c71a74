//! `track-analytics`: counts orders and revenue, by day and currency.
//!
//! Transactional: a counter that is added to twice is wrong for ever, so the addition commits with the
//! idempotency record.

use serde_json::json;
use storefront_contracts::OrderPlaced;
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};

/// Counters: a metric, and the bucket that it is counted in.
pub const ANALYTICS: Table = Table::new("analytics", crate::SERVICE, "metric").sorted_by("bucket");

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrackAnalytics;

impl Consumer for TrackAnalytics {
    const NAME: &'static str = "track-analytics";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&ANALYTICS, Access::Write)];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for TrackAnalytics {
    fn decide(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let placed = context.envelope.time.unwrap_or(context.now);
        let bucket = format!("{}#{}", placed.strftime("%F"), order.total.currency.code());
        let key = json!({ "metric": "orders", "bucket": bucket });
        Ok(Effects::none().add(
            &ANALYTICS,
            &key,
            &[("orders", 1), ("revenue", order.total.amount)],
        )?)
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money};
    use tidings_testkit::given;

    use super::*;

    #[test]
    fn an_order_counts_on_the_day_that_it_was_placed_and_not_on_the_day_it_is_handled() {
        let order = OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        };
        given(&order)
            .at("2026-01-15T23:59:59Z")
            .handled_at("2026-01-16T00:00:01Z")
            .by(&TrackAnalytics)
            .adds(
                &ANALYTICS,
                &json!({ "metric": "orders", "bucket": "2026-01-15#EUR" }),
                &[("orders", 1), ("revenue", 500)],
            )
            .does_nothing_else();
    }
}
