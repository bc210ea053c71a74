//! `refresh-dashboard`: what happened in the shop, hour by hour.
//!
//! Transactional: a counter that is added to twice is wrong for ever. A busy shop's orders of an hour are spread over rows ([`SPREAD`]).

use serde_json::json;
use storefront_contracts::{OrderCancelled, OrderPlaced, OrderRefused, PaymentRefused};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    events,
};

use crate::Spread;

/// The counters of a day (UTC): rows `<hour>#<row>` under `<day>#<place>`, of which `get-dashboard` makes the sum.
pub const DASHBOARD: Table = Table::new("dashboard", crate::SERVICE, "day").sorted_by("hour");

/// The rows of an hour.
pub const SPREAD: Spread = Spread { keys: 8, rows: 32 };
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
        let (place, row) = SPREAD.place(context);
        let day = Spread::key(at.strftime("%F").to_string(), place);
        let key = json!({ "day": day, "hour": Spread::key(at.strftime("%H").to_string(), row) });
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
        let (place, row) = SPREAD.place(&event.context(RefreshDashboard::NAME));
        let key = json!({ "day": format!("2026-01-15#{place}"), "hour": format!("23#{row}") });
        event
            .by(&RefreshDashboard)
            .adds(&DASHBOARD, &key, &[("placed", 1), ("ordered_EUR", 500)])
            .does_nothing_else();
    }

    #[test]
    fn events_spread_over_the_rows_of_their_hour() {
        let orders = (0..5_000).map(|number| given(&placed(&format!("o-{number}"))));
        let places: BTreeSet<_> = orders
            .map(|event| SPREAD.place(&event.context(RefreshDashboard::NAME)))
            .collect();
        let all = (0..SPREAD.keys).flat_map(|key| (0..SPREAD.rows).map(move |row| (key, row)));
        assert_eq!(places, all.collect());
    }
}
