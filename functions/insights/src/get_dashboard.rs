//! `get-dashboard`: what happened in the shop on a day, hour by hour and in sum.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Visitor};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, Problem, Request, Serve},
};
use tidings_core::{
    Clock,
    catalogue::{Access, Endpoint, Resource},
};

use crate::{
    Rows,
    refresh_dashboard::{DASHBOARD, ORDERED, SPREAD},
};

/// The query: today (UTC), unless it says of which day.
pub struct GetDashboard {
    /// What `refresh-dashboard` keeps.
    pub counters: Rows,
    /// Says what today is.
    pub clock: Arc<dyn Clock>,
}

impl Endpoint for GetDashboard {
    const NAME: &'static str = "get-dashboard";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "What happened in the shop on a day (UTC), hour by hour and in sum.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/dashboard";
    const USES: &'static [Resource] = &[Resource::Table(&DASHBOARD, Access::Read)];
    type Body = ();
    type Query = Parameters;
    type Answer = Dashboard;
}

/// The Lambda function `get-dashboard`.
#[must_use]
pub fn function() -> EndpointFunction<GetDashboard> {
    EndpointFunction::new(async |setting| {
        Ok(GetDashboard {
            counters: Rows::of(&DASHBOARD, setting)?,
            clock: setting.clock(),
        })
    })
}

/// The parameters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Which day; today, unless it is said.
    day: Option<Date>,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dashboard {
    day: String,
    /// The hours in which something happened.
    hours: Vec<Hour>,
    total: Shown,
}

/// An hour of the day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hour {
    /// `00` to `23`.
    hour: String,
    #[serde(flatten)]
    shown: Shown,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// Orders that were taken.
    placed: i64,
    /// Orders that were called off.
    cancelled: i64,
    /// Orders that were not taken.
    refused: i64,
    /// Cards that were refused.
    payments_refused: i64,
    /// What was ordered, by currency and in its minor unit; the largest number there is, where it is more than that.
    ordered: BTreeMap<String, i64>,
}

/// Counters by their names.
type Numbers = BTreeMap<String, Number>;

/// A counter. One that is more than it can hold is as much as it can hold: the table counts further (DynamoDB's numbers have 38 digits), and
/// the rest of the day is shown all the same.
#[derive(Debug, Clone, Copy, Default)]
struct Number(i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(number: D) -> Result<Self, D::Error> {
        number.deserialize_any(AnyNumber)
    }
}

/// A number of any size.
struct AnyNumber;

impl Visitor<'_> for AnyNumber {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(number.try_into().unwrap_or(i64::MAX)))
    }

    /// What has no whole number's type any more: the nearest that there is.
    fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number as i64))
    }
}

/// A row of an hour.
#[derive(Deserialize)]
struct Row {
    /// `10#3`: the hour, and which of its rows.
    hour: String,
    /// The key, which is no counter.
    #[serde(rename = "day")]
    _day: String,
    #[serde(flatten)]
    numbers: Numbers,
}

impl Serve for GetDashboard {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let Parameters { day } = request.query()?;
        let today = || self.clock.now().strftime("%F").to_string();
        let day = day.map_or_else(today, |day| day.to_string());
        let rows: Vec<Row> = self.counters.under_all(SPREAD.all(&day)).await?;
        let mut hours: BTreeMap<&str, Numbers> = BTreeMap::new();
        let mut total = Numbers::new();
        for row in &rows {
            let (hour, _) = row.hour.split_once('#').unwrap_or((&row.hour, ""));
            add(hours.entry(hour).or_default(), &row.numbers);
            add(&mut total, &row.numbers);
        }
        let hours = hours.into_iter().map(|(hour, numbers)| Hour {
            hour: hour.to_owned(),
            shown: shown(&numbers),
        });
        Ok(Answer::new(&Dashboard {
            hours: hours.collect(),
            day,
            total: shown(&total),
        }))
    }
}

fn add(sum: &mut Numbers, numbers: &Numbers) {
    for (name, Number(number)) in numbers {
        let Number(there) = sum.entry(name.clone()).or_default();
        *there = there.saturating_add(*number);
    }
}

fn shown(numbers: &Numbers) -> Shown {
    let count = |name: &str| numbers.get(name).copied().unwrap_or_default().0;
    let ordered = numbers
        .iter()
        .filter_map(|(name, Number(amount))| Some((name.strip_prefix(ORDERED)?.to_owned(), *amount)));
    Shown {
        placed: count("placed"),
        cancelled: count("cancelled"),
        refused: count("refused"),
        payments_refused: count("payments_refused"),
        ordered: ordered.collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use storefront_contracts::{Currency, Money, OrderCancelled, OrderPlaced, PaymentRefused};
    use tidings_testkit::{Answered, Bench, Ended, Given, get, given};

    use super::*;
    use crate::RefreshDashboard;

    fn placed(order_id: &str, amount: i64, currency: Currency, at: &str) -> Given {
        let order = OrderPlaced {
            order_id: order_id.into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money { amount, currency },
            items: Vec::new(),
        };
        given(&order).at(at)
    }

    async fn dashboard(bench: &Bench) -> GetDashboard {
        bench.table(&DASHBOARD).await;
        GetDashboard {
            counters: Rows::new(bench.dynamodb(), &DASHBOARD, DASHBOARD.name),
            clock: bench.clock(),
        }
    }

    #[tokio::test]
    async fn the_rows_of_an_hour_are_summed_and_the_hours_of_the_day() {
        let bench = Bench::open().await;
        let worker = bench.worker(RefreshDashboard).await;
        let cancelled = OrderCancelled {
            order_id: "o-1".into(),
            user_id: Some("u-1".into()),
            reason: "changed my mind".into(),
        };
        let refused = PaymentRefused {
            payment_id: "p-1".into(),
            order_id: "o-4".into(),
            user_id: "u-1".into(),
            amount: Money {
                amount: 1,
                currency: Currency::EUR,
            },
            code: "insufficient_funds".into(),
        };
        let events = [
            placed("o-1", 500, Currency::EUR, "2026-01-15T09:00:00Z"),
            placed("o-2", 250, Currency::EUR, "2026-01-15T09:59:59Z"),
            placed("o-3", 300, Currency::JPY, "2026-01-15T09:30:00Z"),
            given(&cancelled).at("2026-01-15T14:00:00Z"),
            given(&refused).at("2026-01-15T14:00:00Z"),
            placed("o-5", 999, Currency::EUR, "2026-01-16T00:00:00Z"),
        ];
        assert_eq!(worker.deliver(events.iter()).await, vec![Ended::Done; 6]);
        assert_eq!(worker.deliver([&events[0]]).await, [Ended::Duplicate]);

        let Answered { status, body } = get("/dashboard?day=2026-01-15")
            .to(&dashboard(&bench).await)
            .await;
        let morning = json!({ "hour": "09", "placed": 3, "cancelled": 0, "refused": 0, "paymentsRefused": 0,
            "ordered": { "EUR": 750, "JPY": 300 } });
        let afternoon = json!({ "hour": "14", "placed": 0, "cancelled": 1, "refused": 0, "paymentsRefused": 1,
            "ordered": {} });
        let total = json!({ "placed": 3, "cancelled": 1, "refused": 0, "paymentsRefused": 1,
            "ordered": { "EUR": 750, "JPY": 300 } });
        let expected = json!({ "day": "2026-01-15", "hours": [morning, afternoon], "total": total });
        assert_eq!((status, body), (200, expected));
    }

    #[tokio::test]
    async fn what_was_ordered_for_more_than_a_number_holds_is_shown_as_the_largest_number() {
        let bench = Bench::open().await;
        let worker = bench.worker(RefreshDashboard).await;
        let most = 9_000_000_000_000_000_000;
        for (count, hour) in [(40, "09"), (1, "10")] {
            let at = format!("2026-01-15T{hour}:00:00Z");
            let orders =
                (0..count).map(|number| placed(&format!("o-{hour}-{number}"), most, Currency::EUR, &at));
            let orders: Vec<_> = orders.collect();
            assert_eq!(worker.deliver(orders.iter()).await, vec![Ended::Done; count]);
        }
        let Answered { status, body } = get("/dashboard?day=2026-01-15")
            .to(&dashboard(&bench).await)
            .await;
        let shown = |of: &serde_json::Value| (of["placed"].clone(), of["ordered"]["EUR"].clone());
        assert_eq!(status, 200, "{body}");
        assert_eq!(shown(&body["hours"][0]), (json!(40), json!(i64::MAX)));
        assert_eq!(shown(&body["hours"][1]), (json!(1), json!(most)));
        assert_eq!(shown(&body["total"]), (json!(41), json!(i64::MAX)));
    }

    #[tokio::test]
    async fn without_a_day_it_is_today_and_what_is_no_day_is_named() {
        let bench = Bench::open().await;
        let query = dashboard(&bench).await;
        let today = bench.clock().now().strftime("%F").to_string();
        assert_eq!(get("/dashboard").to(&query).await.body["day"], json!(today));
        let Answered { status, body } = get("/dashboard?day=2026-02-30").to(&query).await;
        assert_eq!(
            (status, &body["errors"][0]["parameter"]),
            (400, &json!("day")),
            "{body}"
        );
    }
}
