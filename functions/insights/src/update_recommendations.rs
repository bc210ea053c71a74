//! `update-recommendations`: counts which articles are bought together.
//!
//! Transactional: a count that is added to twice is wrong for ever. An order adds to a row for each of its articles and to one for each
//! pair, in both directions: 9 articles are 81 rows, and 100 are what a transaction takes. So of an order with more than
//! [`MOST_ARTICLES`] different articles the first ones count, and what stands behind them in the order is dropped; so is an article whose name is
//! too long for a key. How many of an article were bought does not matter. An order that is cancelled stays counted: it was wanted. What everybody buys is spread
//! over partition keys ([`SPREAD`]), and not over rows: whoever reads would pay for each pair as often.

use std::collections::BTreeSet;

use serde_json::json;
use storefront_contracts::{Item, OrderPlaced};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};

use crate::Spread;

/// How many orders had an article (`sku` together with itself), and how many had two of them: rows under `<sku>#<place>`, of which `get-recommendations` makes the sum.
pub const RECOMMENDATIONS: Table =
    Table::new("recommendations", crate::SERVICE, "sku").sorted_by("bought_with");

/// The partition keys of an article.
pub const SPREAD: Spread = Spread { keys: 16, rows: 1 };

/// Different articles of an order that count.
pub const MOST_ARTICLES: usize = 9;
/// The longest name of an article, in bytes: that of a sort key (AWS: DynamoDB quotas).
const LONGEST_SKU: usize = 1024;

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpdateRecommendations;

impl Consumer for UpdateRecommendations {
    const NAME: &'static str = "update-recommendations";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&RECOMMENDATIONS, Access::Write)];
    type Event = OrderPlaced;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `update-recommendations`.
#[must_use]
pub fn function() -> ConsumerFunction<UpdateRecommendations> {
    ConsumerFunction::new(async |_| Ok(UpdateRecommendations))
}

impl Transactional for UpdateRecommendations {
    fn decide(&self, order: OrderPlaced, context: &Context) -> Result<Effects, Failure> {
        let articles = counted(&order.items);
        let (place, _) = SPREAD.place(context);
        let pairs = articles
            .iter()
            .flat_map(|one| articles.iter().map(move |other| (one, other)));
        pairs
            .into_iter()
            .try_fold(Effects::none(), |effects, (one, other)| {
                let key = json!({ "sku": Spread::key(one, place), "bought_with": other });
                Ok(effects.add(&RECOMMENDATIONS, &key, &[("orders", 1)])?)
            })
    }
}

/// The articles that count, each once.
fn counted(items: &[Item]) -> BTreeSet<&str> {
    let mut counted = BTreeSet::new();
    let skus = items.iter().map(|item| item.sku.as_str());
    for sku in skus.filter(|sku| (1..=LONGEST_SKU).contains(&sku.len())) {
        if counted.len() < MOST_ARTICLES {
            counted.insert(sku);
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money};
    use tidings_testkit::{Bench, Ended, Given, given};

    use super::*;

    fn order(skus: &[&str]) -> OrderPlaced {
        let eur = |amount| Money {
            amount,
            currency: Currency::EUR,
        };
        let item = |sku: &&str| Item {
            sku: (*sku).into(),
            name: "An article".into(),
            quantity: 2,
            unit_price: eur(100),
        };
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: eur(200),
            items: skus.iter().map(item).collect(),
        }
    }

    fn key(of: &Given, sku: &str) -> String {
        let (place, _) = SPREAD.place(&of.context(UpdateRecommendations::NAME));
        format!("{sku}#{place}")
    }

    #[test]
    fn two_articles_are_counted_alone_and_together_once_an_order() {
        let one = [("orders", 1)];
        let placed = given(&order(&["tea", "mug", "tea"]));
        let row = |sku: &str, other: &str| json!({ "sku": key(&placed, sku), "bought_with": other });
        let rows = [
            row("mug", "mug"),
            row("mug", "tea"),
            row("tea", "mug"),
            row("tea", "tea"),
        ];
        placed
            .by(&UpdateRecommendations)
            .adds(&RECOMMENDATIONS, &rows[0], &one)
            .adds(&RECOMMENDATIONS, &rows[1], &one)
            .adds(&RECOMMENDATIONS, &rows[2], &one)
            .adds(&RECOMMENDATIONS, &rows[3], &one)
            .does_nothing_else();
    }

    #[test]
    fn an_order_of_one_article_counts_it_alone_and_one_of_version_1_nothing() {
        let placed = given(&order(&["mug"]));
        let row = json!({ "sku": key(&placed, "mug"), "bought_with": "mug" });
        placed
            .by(&UpdateRecommendations)
            .adds(&RECOMMENDATIONS, &row, &[("orders", 1)])
            .does_nothing_else();
        let first = include_str!("../../../events/order.placed/v1.json");
        tidings_testkit::given_json(first)
            .by(&UpdateRecommendations)
            .does_nothing_else();
    }

    #[tokio::test]
    async fn the_largest_order_fits_into_a_transaction_and_what_is_behind_is_dropped() {
        let bench = Bench::open().await;
        let worker = bench.worker(UpdateRecommendations).await;
        let skus: Vec<_> = (0..40).map(|number| format!("sku-{number:02}")).collect();
        let all: Vec<&str> = skus.iter().map(String::as_str).collect();
        let placed = given(&order(&all));
        assert_eq!(worker.deliver([&placed]).await, [Ended::Done]);
        let rows = bench.rows(&RECOMMENDATIONS).await;
        assert_eq!(rows.len(), MOST_ARTICLES * MOST_ARTICLES);
        assert!(
            rows.iter()
                .all(|row| row["orders"] == 1 && row["sku"].as_str() < Some("sku-09"))
        );
    }

    #[tokio::test]
    async fn an_article_whose_name_is_no_key_does_not_keep_the_others_from_being_counted() {
        let bench = Bench::open().await;
        let worker = bench.worker(UpdateRecommendations).await;
        let long = "x".repeat(LONGEST_SKU + 1);
        let longest = "x".repeat(LONGEST_SKU);
        let placed = given(&order(&["", &long, &longest]));
        assert_eq!(worker.deliver([&placed]).await, [Ended::Done]);
        let rows = bench.rows(&RECOMMENDATIONS).await;
        assert_eq!(
            rows,
            [json!({ "sku": key(&placed, &longest), "bought_with": longest, "orders": 1 })]
        );
    }
}
