//! `refresh-dashboard`: what happened in the shop, hour by hour.
//!
//! Transactional: a counter that is added to twice is wrong for ever. An hour is counted in [`SHARDS`] rows, by the event: transactions that
//! meet on one row are refused and tried again, and in a busy shop all orders of an hour would meet.

use serde_json::json;
use storefront_contracts::{OrderCancelled, OrderPlaced, OrderRefused, PaymentRefused};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    events,
};

/// The counters of a day (UTC): rows `<hour>#<shard>`, of which `get-dashboard` makes the sum.
pub const DASHBOARD: Table = Table::new("dashboard", crate::SERVICE, "day").sorted_by("hour");

/// Rows of an hour.
pub const SHARDS: u128 = 8;
/// The beginning of the names of what was ordered, a counter a currency (`ordered_EUR`).
pub const ORDERED: &str = "ordered_";

events! {
    /// What the dashboard counts.
    pub enum Shown { OrderPlaced, OrderCancelled, OrderRefused, PaymentRefused }
}

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefreshDashboard;

impl Consumer for RefreshDashboard {
    const NAME: &'static str = "refresh-dashboard";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&DASHBOARD, Access::Write)];
    type Event = Shown;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `refresh-dashboard`.
#[must_use]
pub fn function() -> ConsumerFunction<RefreshDashboard> {
    ConsumerFunction::new(async |_| Ok(RefreshDashboard))
}

impl Transactional for RefreshDashboard {
    fn decide(&self, event: Shown, context: &Context) -> Result<Effects, Failure> {
        let at = context.envelope.time.unwrap_or(context.now);
        let hour = format!("{}#{}", at.strftime("%H"), shard(context));
        let key = json!({ "day": at.strftime("%F").to_string(), "hour": hour });
        let effects = match event {
            Shown::OrderPlaced(order) => {
                let ordered = format!("{ORDERED}{}", order.total.currency.code());
                let numbers = [("placed", 1), (ordered.as_str(), order.total.amount)];
                Effects::none().add(&DASHBOARD, &key, &numbers)
            }
            Shown::OrderCancelled(_) => Effects::none().add(&DASHBOARD, &key, &[("cancelled", 1)]),
            Shown::OrderRefused(_) => Effects::none().add(&DASHBOARD, &key, &[("refused", 1)]),
            Shown::PaymentRefused(_) => Effects::none().add(&DASHBOARD, &key, &[("payments_refused", 1)]),
        };
        Ok(effects?)
    }
}

/// The event's own row of its hour.
fn shard(context: &Context) -> u128 {
    context.idempotency_key().as_u128() % SHARDS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use storefront_contracts::{Currency, Money};
    use tidings_testkit::given;

    use super::*;

    fn placed(order_id: &str) -> OrderPlaced {
        OrderPlaced {
            order_id: order_id.into(),
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
    fn an_order_counts_in_the_hour_in_which_it_was_placed() {
        let event = given(&placed("o-1"))
            .at("2026-01-15T23:59:59Z")
            .handled_at("2026-01-16T08:00:00Z");
        let shard = shard(&event.context(RefreshDashboard::NAME));
        let key = json!({ "day": "2026-01-15", "hour": format!("23#{shard}") });
        event
            .by(&RefreshDashboard)
            .adds(&DASHBOARD, &key, &[("placed", 1), ("ordered_EUR", 500)])
            .does_nothing_else();
    }

    #[test]
    fn events_spread_over_the_rows_of_their_hour() {
        let orders = (0..200).map(|number| given(&placed(&format!("o-{number}"))));
        let shards: BTreeSet<_> = orders
            .map(|event| shard(&event.context(RefreshDashboard::NAME)))
            .collect();
        assert_eq!(shards, (0..SHARDS).collect());
    }
}
