//! `get-recommendations`: what others bought together with an article, the most frequent first.
//!
//! All rows of the article are read, added up and the best chosen here, because an index sorts texts and not counts. An article that was bought together with a
//! thousand others costs as many as two hundred read units, once each of its partition keys has them all; one that few have bought costs eight.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, FieldError, Problem, Request, Serve},
};
use tidings_core::catalogue::{Access, Endpoint, Resource};

use crate::{
    Rows,
    update_recommendations::{RECOMMENDATIONS, SPREAD},
};

/// The query. An article that nobody has ordered has no recommendations; whether there is such an article is not known here.
pub struct GetRecommendations {
    /// What `update-recommendations` keeps.
    pub recommendations: Rows,
}

impl Endpoint for GetRecommendations {
    const NAME: &'static str = "get-recommendations";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "What others bought together with an article, the most frequent first.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/products/{sku}/recommendations";
    const USES: &'static [Resource] = &[Resource::Table(&RECOMMENDATIONS, Access::Read)];
    type Body = ();
    type Query = Parameters;
    type Answer = Recommendations;
}

/// The Lambda function `get-recommendations`.
#[must_use]
pub fn function() -> EndpointFunction<GetRecommendations> {
    EndpointFunction::new(async |setting| {
        Ok(GetRecommendations {
            recommendations: Rows::of(&RECOMMENDATIONS, setting)?,
        })
    })
}

/// Articles that are recommended, unless the request says how many.
const USUAL: usize = 5;
/// Articles that are recommended, at most.
const MOST: usize = 50;

/// The parameters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Parameters {
    /// How many, at most: 5 unless it is said.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<usize>,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Recommendations {
    sku: String,
    /// How many orders had the article.
    orders: u64,
    recommendations: Vec<Recommendation>,
}

/// An article that was bought together with the one that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Recommendation {
    sku: String,
    /// How many orders had both.
    orders: u64,
}

/// How many orders had both.
#[derive(Deserialize)]
struct Row {
    bought_with: String,
    orders: u64,
}

impl Serve for GetRecommendations {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let sku = request.path_parameter("sku")?;
        let Parameters { limit } = request.query()?;
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let error = FieldError::parameter("limit", format!("must be 1 to {MOST}"));
            return Err(Problem::parameter(error));
        }
        let rows: Vec<Row> = self.recommendations.under_all(SPREAD.all(&sku)).await?;
        let mut counted = BTreeMap::<String, u64>::new();
        for row in rows {
            *counted.entry(row.bought_with).or_default() += row.orders;
        }
        let own = counted.remove(&sku).unwrap_or_default();
        let mut others: Vec<_> = counted.into_iter().collect();
        // They are sorted by name, and a stable sort keeps that where the counts are the same.
        others.sort_by_key(|(_, orders)| std::cmp::Reverse(*orders));
        let best = others
            .into_iter()
            .take(limit)
            .map(|(sku, orders)| Recommendation { sku, orders });
        Ok(Answer::new(&Recommendations {
            sku,
            orders: own,
            recommendations: best.collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tidings_testkit::{Answered, Bench, get};

    use super::*;

    async fn shop(rows: &[(&str, &str, u64)]) -> (Bench, GetRecommendations) {
        let bench = Bench::open().await;
        bench.table(&RECOMMENDATIONS).await;
        for (sku, bought_with, orders) in rows {
            // Not all orders are in one place.
            for (place, orders) in [(0, orders / 2), (SPREAD.keys - 1, orders.div_ceil(2))] {
                let row =
                    json!({ "sku": format!("{sku}#{place}"), "bought_with": bought_with, "orders": orders });
                bench.put(&RECOMMENDATIONS, &row).await;
            }
        }
        let recommendations = Rows::new(bench.dynamodb(), &RECOMMENDATIONS, RECOMMENDATIONS.name);
        (bench, GetRecommendations { recommendations })
    }

    #[tokio::test]
    async fn the_most_frequent_come_first_and_no_more_than_asked_for() {
        let rows = [
            ("mug", "mug", 9),
            ("mug", "cup", 2),
            ("mug", "pot", 2),
            ("mug", "tea", 7),
            ("tea", "mug", 7),
        ];
        let (_bench, query) = shop(&rows).await;
        let Answered { status, body } = get("/products/mug/recommendations?limit=2").to(&query).await;
        let best = json!([{ "sku": "tea", "orders": 7 }, { "sku": "cup", "orders": 2 }]);
        let expected = json!({ "sku": "mug", "orders": 9, "recommendations": best });
        assert_eq!((status, body), (200, expected));
    }

    #[tokio::test]
    async fn an_article_that_nobody_ordered_has_none_and_names_are_decoded() {
        let (_bench, query) = shop(&[("a/b ü", "a/b ü", 1)]).await;
        let orders = async |path: &str| -> Value { get(path).to(&query).await.body["orders"].clone() };
        assert_eq!(orders("/products/unknown/recommendations").await, 0);
        assert_eq!(orders("/products/a%2Fb%20%C3%BC/recommendations").await, 1);
    }

    #[tokio::test]
    async fn a_wrong_limit_is_named() {
        let (_bench, query) = shop(&[]).await;
        for limit in ["0", "51", "many"] {
            let path = format!("/products/mug/recommendations?limit={limit}");
            let Answered { status, body } = get(&path).to(&query).await;
            assert_eq!(
                (status, &body["errors"][0]["parameter"]),
                (400, &json!("limit")),
                "{body}"
            );
        }
    }
}
