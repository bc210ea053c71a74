//! `place-order`: the checkout. Validates an order and places it: `order.placed` is its first event.

use schemars::JsonSchema;
use serde::Serialize;
use storefront_contracts::{GUEST, Money, OrderPlaced};
use tidings_aws::{
    event_store::EventStore,
    http::{Answer, Answers, Problem, Request, Serve},
    projection::ReadToken,
};
use tidings_core::{
    Event, EventType, Version, Versioned,
    catalogue::{Access, EVENTS, Endpoint, IDEMPOTENCY, IdempotencyKey, Resource},
};

use crate::{
    basket::{Basket, placed},
    order::{Order, OrderCommand, OrderRefusal},
};

/// The publisher.
pub struct PlaceOrder {
    /// Where orders are kept, as their events.
    pub events: EventStore,
    /// What was answered to requests with an `Idempotency-Key`.
    pub answers: Answers,
}

impl Endpoint for PlaceOrder {
    const NAME: &'static str = "place-order";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "Places an order.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/orders";
    const STATUS: u16 = 202;
    const KEY: IdempotencyKey = IdempotencyKey::Optional;
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::ReadWrite),
        Resource::Table(&IDEMPOTENCY, Access::ReadWrite),
        Resource::Personal(Access::ReadWrite),
    ];
    type Body = Basket;
    type Query = ();
    type Answer = OrderTaken;

    fn publishes() -> Vec<EventType> {
        vec![OrderPlaced::event_type()]
    }
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderTaken {
    /// What every event has in common that follows from the order.
    correlation_id: String,
    /// The event `order.placed`.
    event_id: String,
    order_id: String,
    /// With this, a query shows at least that the order is placed (`?after=<token>`).
    token: ReadToken,
    /// What is to be paid.
    total: Money,
    /// How many events the order is made of.
    version: Version,
}

impl Serve for PlaceOrder {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let basket = request.json()?;
        let user = request.actor().id.unwrap_or_else(|| GUEST.to_owned());
        let order = placed(basket, String::new(), user).map_err(Problem::fields)?;

        let author = request.author(Self::SERVICE);
        // A caller that may lose the answer sends a key; without one, each request is an order of its own.
        let once = self.answers.once(request)?;
        let order = &order;
        let placing = once.work::<OrderRefusal, _>(&self.events, &author, |mut work| async move {
            let order_id = format!("ord-{}", work.id().simple());
            let order = OrderPlaced {
                order_id,
                ..order.clone()
            };
            // A new id: there is nothing to load.
            work.decide(Versioned::<Order>::default(), &OrderCommand::Place(order.clone()))?;
            let event = &work.events()[0];
            let answer = Answer::new(&OrderTaken {
                correlation_id: event.correlation_id().to_owned(),
                event_id: event.id.clone(),
                token: ReadToken::of::<Order>(&order.order_id, 1),
                order_id: order.order_id,
                total: order.total,
                version: 1,
            });
            Ok(work.answer(answer))
        });
        placing.await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use storefront_contracts::{Currency, Money};
    use tidings_core::{Envelope, Incoming as _};
    use tidings_testkit::{Answered, Bench, Call, post, post_text, time::MOMENT};

    use super::*;

    /// Sends a request to the publisher on this bench.
    async fn send(request: Call, bench: &Bench) -> Answered {
        let publisher = PlaceOrder {
            events: bench.events().await,
            answers: bench.answers(),
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
    async fn a_request_that_is_sent_again_with_its_key_is_one_order_with_one_answer() {
        let bench = Bench::open().await;
        let keyed = |order: &Value| post(order).header("idempotency-key", "k-1");
        let (first, again) = (
            send(keyed(&order()), &bench).await,
            send(keyed(&order()), &bench).await,
        );
        assert_eq!((first.status, &first), (202, &again));
        assert_eq!(bench.stated().await.len(), 1);
        let mut other = order();
        other["items"][0]["quantity"] = json!(3);
        assert_eq!(send(keyed(&other), &bench).await.status, 422);
        assert_eq!(bench.stated().await.len(), 1);
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
    async fn the_address_is_stored_sealed_and_only_its_persons_key_opens_it() {
        let bench = Bench::open().await;
        send(post(&order()).caller("u-1"), &bench).await;
        let guest = send(post(&order()), &bench).await.body;
        let stated = bench.stated().await;
        assert_eq!(stated.len(), 2);
        let of = |user: bool| {
            let of = |event: &&Envelope| (event.actor.id.is_some()) == user;
            stated.iter().find(of).expect("one of each").clone()
        };
        let (users, guests) = (of(true), of(false));
        assert!(!users.to_json().contains("ada@") && !guests.to_json().contains("ada@"));

        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let keyring = bench.keyring();
        let read = async |event| OrderPlaced::decode(&keyring.open(event).await.unwrap()).unwrap();
        assert!(read(users).await.email.is_erased());
        let guests_email = read(guests.clone()).await.email;
        assert_eq!(guests_email.known().map(String::as_str), Some("ada@example.com"));
        let person = guests.persons().pop_first();
        assert_eq!(
            person.as_deref(),
            guest["orderId"].as_str(),
            "a guest is erased by the order"
        );
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
            answers: bench.answers(),
        };
        let answered = post(&order()).to(&nowhere).await;
        assert!(answered.status >= 500, "{answered:?}");
        assert!(
            !answered.body.to_string().contains("nowhere"),
            "a caller is told no names"
        );
    }
}
