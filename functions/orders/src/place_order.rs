//! `place-order`: the checkout. Validates what is asked for, reserves the stock, charges the card and places the order: `order.placed` is
//! its first event. How far that gets when something fails is told by [`checkout`](crate::checkout).

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::{
    GUEST, Money, OrderPlaced, address_schema, currency_in_force_schema, guests_order,
};
use storefront_providers::is_card;
use tidings_aws::{
    EndpointFunction,
    http::{Answer, FieldError, Problem, Request, Serve},
    projection::ReadToken,
};
use tidings_core::{
    EventType, Version,
    catalogue::{Access, EVENTS, Endpoint, IdempotencyKey, Link, Resource, Settings},
    causation::originate,
};

use crate::{
    basket::{Basket, Line, MOST_LINES, placed},
    checkout::{Asked, CHECKOUTS, Checkouts, Drawn, answer, checkouts, placing},
    guest::{Told, who_orders},
    stock::STOCK,
    sweep_checkouts::ENDED_BY_CHECKOUT,
};

/// The publisher.
pub struct PlaceOrder {
    /// What checks out.
    pub checkouts: Checkouts,
}

impl Endpoint for PlaceOrder {
    const NAME: &'static str = "place-order";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str =
        "Places an order, if what it needs is in stock and the card can be charged.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/orders";
    const STATUS: u16 = 202;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[
        Link::to(
            "get-order",
            &[
                ("id", "$response.body#/orderId"),
                ("after", "$response.body#/token"),
                ("order-secret", "$response.body#/secret"),
            ],
        ),
        Link::to(
            "get-order-summary",
            &[
                ("id", "$response.body#/orderId"),
                ("after", "$response.body#/token"),
                ("order-secret", "$response.body#/secret"),
            ],
        ),
        Link::to("change-order-status", &[("id", "$response.body#/orderId")]),
        Link::to(
            "cancel-order",
            &[
                ("id", "$response.body#/orderId"),
                ("order-secret", "$response.body#/secret"),
            ],
        ),
    ];
    // A charge may take its time. The sweeper leaves a checkout alone for longer than this.
    const SETTINGS: Settings = Settings {
        timeout: Duration::from_secs(20),
        ..Settings::DEFAULT
    };
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Append),
        Resource::Table(&CHECKOUTS, Access::ReadWrite),
        Resource::Table(&STOCK, Access::Write),
        Resource::Personal(Access::ReadWrite),
        Resource::Secret("stripe"),
    ];
    const PUBLISHES: &'static [EventType] = &ENDED_BY_CHECKOUT;
    type Body = Body;
    type Query = ();
    type Answer = OrderTaken;
}

/// The Lambda function `place-order`.
#[must_use]
pub fn function() -> EndpointFunction<PlaceOrder> {
    EndpointFunction::new(async |setting| {
        Ok(PlaceOrder {
            checkouts: checkouts(setting).await?,
        })
    })
}

/// The body of a request. Numbers are read wide, so that one that is out of range is refused by its field.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    /// Where the confirmation goes.
    #[schemars(schema_with = "address_schema")]
    email: String,
    /// ISO 4217.
    #[schemars(schema_with = "currency_in_force_schema")]
    currency: String,
    /// How the payment provider calls the card (`tok_visa`): the shop's page has got that from it. A bank account is none: it is paid days later.
    #[schemars(length(min = 5, max = LONGEST_CARD), regex(pattern = "^tok_[A-Za-z0-9_]+$"), example = &"tok_visa")]
    card: String,
    /// What is ordered.
    #[schemars(length(min = 1, max = MOST_LINES))]
    items: Vec<Line>,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderTaken {
    /// What every event has in common that follows from the order.
    pub(crate) correlation_id: String,
    /// The event `order.placed`.
    pub(crate) event_id: String,
    pub(crate) order_id: String,
    /// A guest's order is shown to, and called off by, whoever shows this (`order-secret: <secret>`); it is told nowhere else. None
    /// where the caller is known: the order is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    /// With this, a query shows at least that the order is placed (`?after=<token>`).
    pub(crate) token: ReadToken,
    /// What is to be paid.
    pub(crate) total: Money,
    /// How many events the order is made of.
    pub(crate) version: Version,
}

impl Serve for PlaceOrder {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let keyed = request.keyed()?;
        let body = request.json()?;
        let card = body.card;
        let told = Told {
            key: keyed.told,
            card: card.clone(),
            email: body.email.clone(),
        };
        let basket = Basket {
            email: body.email,
            currency: body.currency,
            items: body.items,
        };
        let user = who_orders(request.actor().id);
        let order = match (placed(basket, String::new(), user.clone()), card_error(&card)) {
            (Ok(order), None) => order,
            (placed, error) => {
                let errors = placed.err().into_iter().flatten().chain(error);
                return Err(Problem::fields(errors.collect()));
            }
        };

        let asked = Asked {
            key: keyed.key,
            request: keyed.digest.clone(),
            card,
        };
        let secret = |salt: &str| (user == GUEST).then(|| told.secret(salt));
        let checkout = self.checkouts.begin(asked, |Drawn { id, salt, now }| {
            let order_id = match secret(salt) {
                Some(secret) => guests_order(&secret),
                None => format!("ord-{}", id.simple()),
            };
            let order = OrderPlaced { order_id, ..order };
            Ok(originate(
                placing(&order)?,
                request.origin(Self::SERVICE, id, now),
            ))
        });
        let checkout = checkout.await?;
        if checkout.request != keyed.digest {
            return Err(Problem::key_taken());
        }
        let (checkout, ended) = self.checkouts.finish(checkout).await?;
        let secret = checkout.salt.as_deref().and_then(secret);
        Ok(Answer::new(&answer(&checkout, ended, secret)?))
    }
}

/// Characters of a provider's name for a card, at most.
const LONGEST_CARD: usize = 255;

fn card_error(card: &str) -> Option<FieldError> {
    let detail = format!(
        "must be the payment provider's name for a card (tok_visa), never its number, and no bank account: {LONGEST_CARD} characters at most"
    );
    let wrong = card.len() > LONGEST_CARD || !is_card(card);
    wrong.then(|| FieldError::new("/card", detail))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use storefront_contracts::{Currency, Money};
    use storefront_providers::CardsInMemory;
    use tidings_aws::event_store::EventStore;
    use tidings_core::{Envelope, Incoming as _};
    use tidings_testkit::{Answered, Bench, Call, post, post_text, time::MOMENT};

    use super::*;

    /// The publisher on this bench, with a hundred of everything in stock.
    async fn publisher(bench: &Bench, events: EventStore) -> PlaceOrder {
        bench.table(&CHECKOUTS).await;
        for sku in ["mug", "tea"] {
            bench.put(&STOCK, &json!({ "sku": sku, "available": 100 })).await;
        }
        let cards = Arc::<CardsInMemory>::default();
        let checkouts = Checkouts::new(events, bench.dynamodb(), CHECKOUTS.name, STOCK.name, cards);
        PlaceOrder {
            checkouts: checkouts.with(bench.clock(), bench.entropy()),
        }
    }

    /// Sends a request to the publisher on this bench.
    async fn send(request: Call, bench: &Bench) -> Answered {
        request.to(&publisher(bench, bench.events().await).await).await
    }

    /// The events that tell of orders; others come with them.
    async fn orders(bench: &Bench) -> Vec<Envelope> {
        let mut stated = bench.stated().await;
        stated.retain(|event| event.event_type.starts_with("order."));
        stated
    }

    fn keyed(body: &Value) -> Call {
        post(body).header("idempotency-key", "k-1")
    }

    fn order() -> Value {
        json!({ "email": "ada@example.com", "currency": "EUR", "card": "tok_visa", "items": [
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
        } = send(post_text(body).header("idempotency-key", "k-1"), &bench).await;
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
        let Answered { status, body: answer } = send(keyed(&order()), &bench).await;
        assert_eq!(status, 202);
        let [event] = orders(&bench).await.try_into().expect("one event");
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
        let (first, again) = (
            send(keyed(&order()), &bench).await,
            send(keyed(&order()), &bench).await,
        );
        assert_eq!((first.status, &first), (202, &again));
        assert_eq!(orders(&bench).await.len(), 1);
        let mut other = order();
        other["items"][0]["quantity"] = json!(3);
        assert_eq!(send(keyed(&other), &bench).await.status, 422);
        assert_eq!(orders(&bench).await.len(), 1);
        let without = send(post(&order()), &bench).await;
        assert_eq!(
            (without.status, &without.body["errors"][0]["parameter"]),
            (400, &json!("Idempotency-Key"))
        );
    }

    #[tokio::test]
    async fn who_orders_is_who_the_authoriser_says_calls() {
        let bench = Bench::open().await;
        send(keyed(&order()).caller("u-1"), &bench).await;
        let [event] = orders(&bench).await.try_into().expect("one event");
        assert_eq!(event.actor.id.as_deref(), Some("u-1"));
        let data: OrderPlaced = serde_json::from_str(event.data()).unwrap();
        assert_eq!(data.user_id, "u-1");
    }

    #[tokio::test]
    async fn the_address_is_stored_sealed_and_only_its_persons_key_opens_it() {
        let bench = Bench::open().await;
        send(keyed(&order()).caller("u-1"), &bench).await;
        let guest = send(keyed(&order()), &bench).await.body;
        let stated = orders(&bench).await;
        let rows = json!(bench.rows(&CHECKOUTS).await).to_string();
        assert!(rows.contains("ord-") && !rows.contains("ada@"), "{rows}");
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
        let other =
            |number| json!({ "sku": format!("a-{number}"), "name": "b", "quantity": 1, "unitPrice": 1 });
        let articles: Vec<_> = (0..=90).map(other).collect();
        assert_eq!(refused("/items", json!(articles)).await, fault("/items"));
        let number = "4242424242424242";
        for wrong in [
            json!(number),
            json!("4242-4242-4242-4242"),
            json!(""),
            json!("tok visa"),
            json!(format!("tok_{}", "x".repeat(252))),
            // Paid days later, and so not to be settled while somebody waits.
            json!("btok_us_verified"),
            json!("src_1Kxyz"),
            json!("ba_1N"),
            json!(7),
        ] {
            assert_eq!(refused("/card", wrong).await, fault("/card"));
        }
        for wrong in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("2"),
            json!(1_000_001),
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
            refused("/items/1/unitPrice", json!(10_000_000_001_i64)).await,
            fault("/items/1/unitPrice")
        );
    }

    #[tokio::test]
    async fn all_faults_are_told_at_once() {
        let body = r#"{"email":"","currency":"","card":"","items":[{"sku":"","name":" ","quantity":0,"unitPrice":0}]}"#;
        let (status, pointers) = refused_text(body).await;
        assert_eq!((status, pointers.len()), (422, 7));
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
            refused_text(r#"{"email":"a@b","currency":"EUR","card":"c","items":[],"userId":"admin"}"#).await;
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
        let events = EventStore::new(bench.dynamodb(), "nowhere").with_keyring(Some(bench.keyring()));
        let nowhere = publisher(&bench, events).await;
        let answered = keyed(&order()).to(&nowhere).await;
        assert!(answered.status >= 500, "{answered:?}");
        assert!(
            !answered.body.to_string().contains("nowhere"),
            "a caller is told no names"
        );
    }
}
