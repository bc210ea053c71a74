//! `track-analytics`: counts orders and revenue, by day and currency, and sign-ups, by day and plan.
//!
//! Transactional: a counter that is added to twice is wrong for ever, so the addition commits with the
//! idempotency record. A busy shop's orders of a day are spread over rows ([`SPREAD`]).

use serde_json::json;
use storefront_contracts::{OrderPlaced, Plan, UserSignedUp};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    events,
};

use crate::Spread;

/// Counters: a metric, and the bucket that it is counted in, `<day>#<currency or plan>#<row>` under `<metric>#<place>`. What was counted is the sum of the rows.
pub const ANALYTICS: Table = Table::new("analytics", crate::SERVICE, "metric").sorted_by("bucket");

/// The rows of a bucket.
pub const SPREAD: Spread = Spread { keys: 8, rows: 32 };

events! {
    /// What is counted.
    pub enum Counted { OrderPlaced, UserSignedUp }
}

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrackAnalytics;

impl Consumer for TrackAnalytics {
    const NAME: &'static str = "track-analytics";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&ANALYTICS, Access::Write)];
    type Event = Counted;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `track-analytics`.
#[must_use]
pub fn function() -> ConsumerFunction<TrackAnalytics> {
    ConsumerFunction::new(async |_| Ok(TrackAnalytics))
}

impl Transactional for TrackAnalytics {
    fn decide(&self, event: Counted, context: &Context) -> Result<Effects, Failure> {
        let day = context.envelope.time.unwrap_or(context.now).strftime("%F");
        let (metric, bucket, numbers) = match event {
            Counted::OrderPlaced(order) => {
                let bucket = format!("{day}#{}", order.total.currency.code());
                (
                    "orders",
                    bucket,
                    vec![("orders", 1), ("revenue", order.total.amount)],
                )
            }
            Counted::UserSignedUp(user) => {
                let plan = match user.plan {
                    Plan::Free => "free",
                    Plan::Plus => "plus",
                };
                ("sign-ups", format!("{day}#{plan}"), vec![("users", 1)])
            }
        };
        let (place, row) = SPREAD.place(context);
        let key = json!({ "metric": Spread::key(metric, place), "bucket": Spread::key(bucket, row) });
        Ok(Effects::none().add(&ANALYTICS, &key, &numbers)?)
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
        let placed = given(&order)
            .at("2026-01-15T23:59:59Z")
            .handled_at("2026-01-16T00:00:01Z");
        let (place, row) = SPREAD.place(&placed.context(TrackAnalytics::NAME));
        let key = json!({ "metric": format!("orders#{place}"), "bucket": format!("2026-01-15#EUR#{row}") });
        placed
            .by(&TrackAnalytics)
            .adds(&ANALYTICS, &key, &[("orders", 1), ("revenue", 500)])
            .does_nothing_else();
    }

    #[test]
    fn a_sign_up_counts_on_its_day_by_its_plan_and_one_of_version_1_as_free() {
        let user = |plan| UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan,
        };
        let adds = |given: tidings_testkit::Given, bucket: &str| {
            let (place, row) = SPREAD.place(&given.context(TrackAnalytics::NAME));
            let key = json!({ "metric": format!("sign-ups#{place}"), "bucket": format!("{bucket}#{row}") });
            let then = given.by(&TrackAnalytics);
            then.adds(&ANALYTICS, &key, &[("users", 1)]).does_nothing_else();
        };
        let plus = given(&user(Plan::Plus)).at("2026-01-15T23:59:59Z");
        adds(plus, "2026-01-15#plus");
        let first = include_str!("../../../events/user.signed_up/v1.json");
        let first = tidings_testkit::given_json(first).at("2026-01-16T00:00:00Z");
        adds(first, "2026-01-16#free");
    }
}
