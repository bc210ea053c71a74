//! Counters that every order adds to, spread over places.
//!
//! An addition is part of a transaction, which DynamoDB refuses while another one is at the same
//! item; it comes back (AWS: DynamoDB developer guide, transaction conflict handling). And all that
//! is under one partition key may write 1,000 units a second (AWS: as above, partition quotas). So
//! an event has a place of its own: one of some partition keys, and under it one of some rows.
//! Whoever reads adds the places up. The test counts whether that is enough for 1,000 orders a
//! second.

use tidings_core::Context;

/// How many places there are.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// Partition keys. Whoever reads asks for each.
    pub keys: u128,
    /// Rows under a key. Whoever reads pays for each that is there.
    pub rows: u128,
}

impl Spread {
    /// The event's partition key and row: those of each of its deliveries.
    #[must_use]
    pub fn place(self, context: &Context) -> (u128, u128) {
        let number = context.idempotency_key().as_u128() % (self.keys * self.rows);
        (number % self.keys, number / self.keys)
    }

    /// A part of a key, with the number of the place behind it.
    #[must_use]
    pub fn key(name: impl AsRef<str>, place: u128) -> String {
        format!("{}#{place}", name.as_ref())
    }

    /// All partition keys of `name`.
    pub fn all(self, name: &str) -> impl Iterator<Item = String> {
        (0..self.keys).map(move |place| Self::key(name, place))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use storefront_contracts::{Currency, Item, Money, OrderPlaced};
    use tidings_core::{
        Consumer as _, Context, Effects, Failure, Transactional as _, catalogue::Table, effects::Action,
    };
    use tidings_testkit::given;

    use crate::{
        RefreshDashboard, TrackAnalytics, UpdateRecommendations,
        refresh_dashboard::{DASHBOARD, Shown},
        track_analytics::{ANALYTICS, Counted},
        update_recommendations::RECOMMENDATIONS,
    };

    /// Orders a second.
    const ORDERS: usize = 1_000;
    /// So many seconds of orders are counted.
    const SECONDS: usize = 10;
    /// How long a transaction is at its items, in seconds: the median of five items from a function
    /// (published; 93 ms is its 99th percentile).
    const HELD: f64 = 0.025;
    /// What all that is under one partition key may write a second, in units; a kilobyte in a
    /// transaction is two.
    const UNITS: f64 = 1_000.0;

    /// What somebody buys: two articles of five hundred, of which one is in every
    /// twentieth order, and the others the rarer the further down they are.
    fn order(number: usize, random: &mut fastrand::Rng) -> OrderPlaced {
        let eur = |amount| Money {
            amount,
            currency: Currency::EUR,
        };
        let mut sku = || match random.f64() {
            best if best < 0.025 => "best-seller".to_owned(),
            other => format!("sku-{}", (500.0 * other * other) as usize),
        };
        let item = |sku| Item {
            sku,
            name: "An article".into(),
            quantity: 1,
            unit_price: eur(100),
        };
        let items = vec![item(sku()), item(sku())];
        OrderPlaced {
            order_id: format!("o-{number}"),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: eur(200),
            items,
        }
    }

    /// How often a second each row is written to, by what the consumer decides.
    fn written(
        consumer: &'static str,
        table: &Table,
        decide: impl Fn(OrderPlaced, &Context) -> Result<Effects, Failure>,
    ) -> HashMap<(String, String), f64> {
        let mut random = fastrand::Rng::with_seed(7);
        let mut rows = HashMap::new();
        for number in 0..ORDERS * SECONDS {
            let order = order(number, &mut random);
            let effects = decide(order.clone(), &given(&order).context(consumer)).unwrap();
            for write in effects.writes {
                let Action::Update { key, .. } = write.action else {
                    panic!("{consumer} adds")
                };
                let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
                let place = (
                    text(table.partition_key),
                    text(table.sort_key.unwrap_or_default()),
                );
                *rows.entry(place).or_insert(0.0) += 1.0 / SECONDS as f64;
            }
        }
        rows
    }

    /// What comes back comes again: of `p` refusals a row has `rate / (1 - p)` tries a second, and
    /// each meets another one for `HELD`. There is such a `p` only while the row is held for less
    /// than a quarter of the time.
    fn holds(consumer: &str, rows: &HashMap<(String, String), f64>) {
        let busiest = rows.iter().max_by(|one, other| one.1.total_cmp(other.1)).unwrap();
        assert!(busiest.1 * HELD < 0.25, "{consumer}: {busiest:?} times a second");
        let mut keys: HashMap<&str, f64> = HashMap::new();
        for ((key, _), rate) in rows {
            *keys.entry(key).or_default() += 2.0 * rate;
        }
        let busiest = keys.iter().max_by(|one, other| one.1.total_cmp(other.1)).unwrap();
        assert!(*busiest.1 < UNITS, "{consumer}: {busiest:?} units a second");
    }

    #[test]
    fn a_thousand_orders_a_second_neither_wait_for_one_row_nor_for_one_partition() {
        let analytics =
            |order, context: &Context| TrackAnalytics.decide(Counted::OrderPlaced(order), context);
        let dashboard =
            |order, context: &Context| RefreshDashboard.decide(Shown::OrderPlaced(order), context);
        let together = |order, context: &Context| UpdateRecommendations.decide(order, context);
        for (consumer, rows) in [
            (
                TrackAnalytics::NAME,
                written(TrackAnalytics::NAME, &ANALYTICS, analytics),
            ),
            (
                RefreshDashboard::NAME,
                written(RefreshDashboard::NAME, &DASHBOARD, dashboard),
            ),
            (
                UpdateRecommendations::NAME,
                written(UpdateRecommendations::NAME, &RECOMMENDATIONS, together),
            ),
        ] {
            holds(consumer, &rows);
        }
    }
}
