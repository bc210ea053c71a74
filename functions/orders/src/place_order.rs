//! `place-order`: the checkout. Validates an order and places it: `order.placed` is its first event.

use serde::Deserialize;
use serde_json::json;
use storefront_contracts::{Currency, Item, Money, OrderPlaced, Overflow};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, FieldError, Problem, Request, Serve},
    projection::ReadToken,
};
use tidings_core::{
    Event, EventType, Versioned,
    catalogue::{Access, EVENTS, Endpoint, Resource},
};

use crate::order::{Order, OrderCommand, OrderRefusal};

/// The publisher.
pub struct PlaceOrder {
    /// Where orders are kept, as their events.
    pub events: EventStore,
}

impl Endpoint for PlaceOrder {
    const NAME: &'static str = "place-order";
    const SERVICE: &'static str = crate::SERVICE;
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/orders";
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::ReadWrite)];

    fn publishes() -> Vec<EventType> {
        vec![OrderPlaced::event_type()]
    }
}

/// The body of a request. Numbers are read wide, so that one that is out of range is refused by its field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Basket {
    email: String,
    currency: String,
    items: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    sku: String,
    name: String,
    quantity: i64,
    /// In minor units.
    unit_price: i64,
}

/// The most lines of an order: its invoice stays within what a DynamoDB item holds.
const MOST_LINES: usize = 500;

/// Who orders where nobody is authenticated.
const GUEST: &str = "guest";

impl Serve for PlaceOrder {
    async fn serve(&self, request: &Request) -> Result<Answer, Problem> {
        let basket: Basket = request.json()?;
        let user = request.actor().id.unwrap_or_else(|| GUEST.to_owned());
        let order = placed(basket, String::new(), user).map_err(Problem::fields)?;

        let author = request.author(Self::SERVICE);
        let order = &order;
        let placing = self
            .events
            .work::<OrderRefusal, _, _>(&author, |mut work| async move {
                let order_id = format!("ord-{}", work.id().simple());
                let order = OrderPlaced {
                    order_id,
                    ..order.clone()
                };
                // A new id: there is nothing to load.
                work.decide(Versioned::<Order>::default(), &OrderCommand::Place(order.clone()))?;
                Ok(work.answer(order))
            });
        let done = placing.await?;
        let event = &done.events[0];
        Ok(Answer::accepted(json!({
            "orderId": done.answer.order_id,
            "correlationId": event.correlation_id(),
            "eventId": event.id,
            "total": done.answer.total,
            "version": 1,
            "token": ReadToken::of::<Order>(&done.answer.order_id, 1),
        })))
    }
}

/// Decides whether the order can be taken; every field at fault is named.
fn placed(order: Basket, order_id: String, user_id: String) -> Result<OrderPlaced, Vec<FieldError>> {
    let mut errors = Vec::new();
    if !is_address(&order.email) {
        errors.push(FieldError::new("/email", "must be a mail address"));
    }
    if order.items.is_empty() {
        errors.push(FieldError::new("/items", "must hold at least one item"));
    }
    if order.items.len() > MOST_LINES {
        errors.push(FieldError::new(
            "/items",
            format!("must hold {MOST_LINES} items at most"),
        ));
    }
    // XXX is "no currency", and precious metals have no minor unit: nobody pays in them.
    let currency = Currency::from_code(&order.currency).filter(|currency| currency.exponent().is_some());
    if currency.is_none() {
        errors.push(FieldError::new("/currency", "must be an ISO 4217 code, like EUR"));
    }
    for (index, line) in order.items.iter().enumerate() {
        errors.extend(
            line.errors()
                .map(|(field, detail)| FieldError::new(format!("/items/{index}/{field}"), detail)),
        );
    }
    let (true, Some(currency)) = (errors.is_empty(), currency) else {
        return Err(errors);
    };

    let too_much = |pointer: String| move |Overflow| vec![FieldError::new(pointer, Overflow.to_string())];
    let mut items = Vec::with_capacity(order.items.len());
    let mut amounts = Vec::with_capacity(order.items.len());
    for (index, line) in order.items.into_iter().enumerate() {
        let quantity = u32::try_from(line.quantity).unwrap_or(u32::MAX);
        let unit_price = Money {
            amount: line.unit_price,
            currency,
        };
        amounts.push(
            unit_price
                .times(quantity)
                .map_err(too_much(format!("/items/{index}/unitPrice")))?
                .amount,
        );
        items.push(Item {
            sku: line.sku,
            name: line.name,
            quantity,
            unit_price,
        });
    }
    let total = Money::sum(currency, amounts).map_err(too_much("/items".to_owned()))?;
    Ok(OrderPlaced {
        order_id,
        user_id,
        email: order.email,
        total,
        items,
    })
}

impl Line {
    fn errors(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let faults = [
            (self.sku.trim().is_empty(), "sku", "must not be empty"),
            (self.name.trim().is_empty(), "name", "must not be empty"),
            (self.quantity < 1, "quantity", "must be 1 or more"),
            (self.quantity > u32::MAX.into(), "quantity", "is too large"),
            (
                self.unit_price < 1,
                "unitPrice",
                "must be 1 or more, in minor units",
            ),
        ];
        faults
            .into_iter()
            .filter_map(|(fault, field, detail)| fault.then_some((field, detail)))
    }
}

/// Something on both sides of an `@`, without white space; whether it exists, only sending tells.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let parts = parts.filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    parts.is_some() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tidings_testkit::{Answered, Bench, Call, post, post_text, time::MOMENT};

    use super::*;

    /// Sends a request to the publisher on this bench.
    async fn send(request: Call, bench: &Bench) -> Answered {
        let publisher = PlaceOrder {
            events: bench.events().await,
        };
        request.to(&publisher).await
    }

    fn order() -> Value {
        json!({ "email": "ada@example.com", "currency": "EUR", "items": [
            { "sku": "mug", "name": "Mug", "quantity": 2, "unitPrice": 1299 },
            { "sku": "tea", "name": "Tea", "quantity": 1, "unitPrice": 500 },
        ]})
    }

    /// Posts the sample order with one value changed; answers the status and the pointers at fault.
    async fn refused(pointer: &str, value: Value) -> (u16, Vec<String>) {
        let mut order = order();
        *order.pointer_mut(pointer).expect("the sample has this field") = value;
        refused_text(&order.to_string()).await
    }

    async fn refused_text(body: &str) -> (u16, Vec<String>) {
        let bench = Bench::open().await;
        let Answered {
            status,
            body: problem,
        } = send(post_text(body), &bench).await;
        assert!(bench.stated().await.is_empty(), "nothing is written");
        assert_eq!(problem["status"], status);
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        (
            status,
            errors
                .iter()
                .map(|error| error["pointer"].as_str().unwrap().to_owned())
                .collect(),
        )
    }

    #[tokio::test]
    async fn an_order_is_placed_once_as_the_head_of_a_chain() {
        let bench = Bench::open().await;
        let Answered { status, body: answer } = send(post(&order()), &bench).await;
        assert_eq!(status, 202);
        let [event] = bench.stated().await.try_into().expect("one event");
        assert_eq!(
            (event.event_type.as_str(), event.schemaversion, event.hops),
            ("order.placed", 2, 0)
        );
        assert_eq!(event.time, Some(MOMENT));
        assert_eq!(event.subject.as_deref(), answer["orderId"].as_str());
        assert_eq!(Some(event.correlation_id()), answer["correlationId"].as_str());
        let data: OrderPlaced = serde_json::from_str(event.data()).unwrap();
        assert_eq!(
            data.total,
            Money {
                amount: 3098,
                currency: Currency::EUR
            }
        );
        assert_eq!(data.user_id, "guest");
    }

    #[tokio::test]
    async fn who_orders_is_who_the_authoriser_says_calls() {
        let bench = Bench::open().await;
        send(post(&order()).caller("u-1"), &bench).await;
        let [event] = bench.stated().await.try_into().expect("one event");
        assert_eq!(event.actor.id.as_deref(), Some("u-1"));
        let data: OrderPlaced = serde_json::from_str(event.data()).unwrap();
        assert_eq!(data.user_id, "u-1");
    }

    #[tokio::test]
    async fn each_field_at_fault_is_named_and_nothing_is_written() {
        let fault = |pointer: &str| (422, vec![format!("#{pointer}")]);
        assert_eq!(refused("/currency", json!("EURO")).await, fault("/currency"));
        assert_eq!(refused("/currency", json!(7)).await, fault("/currency"));
        assert_eq!(refused("/email", json!("ada")).await, fault("/email"));
        assert_eq!(refused("/items", json!([])).await, fault("/items"));
        let line = json!({ "sku": "a", "name": "b", "quantity": 1, "unitPrice": 1 });
        assert_eq!(refused("/items", json!(vec![line; 501])).await, fault("/items"));
        for wrong in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("2"),
            json!(4_294_967_296_i64),
        ] {
            assert_eq!(
                refused("/items/1/quantity", wrong).await,
                fault("/items/1/quantity")
            );
        }
        for wrong in [json!(0), json!(-5), json!(9.99)] {
            assert_eq!(
                refused("/items/0/unitPrice", wrong).await,
                fault("/items/0/unitPrice")
            );
        }
        assert_eq!(
            refused("/items/0/unitPrice", json!(i64::MAX)).await,
            fault("/items/0/unitPrice")
        );
        assert_eq!(
            refused("/items/1/unitPrice", json!(i64::MAX)).await,
            fault("/items")
        );
    }

    #[tokio::test]
    async fn all_faults_are_told_at_once() {
        let body = r#"{"email":"","currency":"","items":[{"sku":"","name":" ","quantity":0,"unitPrice":0}]}"#;
        let (status, pointers) = refused_text(body).await;
        assert_eq!((status, pointers.len()), (422, 6));
    }

    #[tokio::test]
    async fn what_is_no_order_is_refused() {
        assert_eq!(refused_text("").await, (400, vec![]));
        assert_eq!(refused_text("{\"email\":").await, (400, vec![]));
        assert_eq!(refused_text(&format!("{} x", order())).await, (400, vec![]));
        assert_eq!(refused_text("{}").await, (422, vec!["#/email".to_owned()]));
        assert_eq!(
            refused_text(r#"["a@b","EUR",[]]"#).await.0,
            422,
            "fields are not read by their order"
        );
        assert_eq!(refused_text(&"x".repeat(128 * 1024 + 1)).await.0, 413);
        let (status, _) =
            refused_text(r#"{"email":"a@b","currency":"EUR","items":[],"userId":"admin"}"#).await;
        assert_eq!(status, 422, "who orders is never taken from the body");
    }

    #[tokio::test]
    async fn a_missing_field_and_a_number_that_nothing_holds_are_named() {
        let without = |field: &str| {
            let mut order = order();
            order.as_object_mut().unwrap().remove(field);
            order.to_string()
        };
        assert_eq!(
            refused_text(&without("currency")).await,
            (422, vec!["#/currency".to_owned()])
        );
        let line = r#"{"email":"a@b","currency":"EUR","items":[{"sku":"a","name":"b","quantity":1}]}"#;
        assert_eq!(
            refused_text(line).await,
            (422, vec!["#/items/0/unitPrice".to_owned()])
        );
        let huge = order().to_string().replace("1299", "1e999");
        assert_eq!(
            refused_text(&huge).await,
            (422, vec!["#/items/0/unitPrice".to_owned()])
        );
        assert_eq!(
            refused("/currency", json!("XXX")).await,
            (422, vec!["#/currency".to_owned()])
        );
    }

    #[tokio::test]
    async fn an_order_whose_event_cannot_be_written_is_not_taken() {
        let bench = Bench::open().await;
        let nowhere = PlaceOrder {
            events: EventStore::new(bench.dynamodb(), "nowhere"),
        };
        let answered = post(&order()).to(&nowhere).await;
        assert!(answered.status >= 500, "{answered:?}");
        assert!(
            !answered.body.to_string().contains("nowhere"),
            "a caller is told no names"
        );
    }
}
