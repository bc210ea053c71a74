//! Who is shown an order, and who calls it off: each endpoint of one order or of a list, each caller, each owner.

use std::sync::Arc;

use orders::{
    CancelOrder, Checkouts, GetOrder, GetOrderSummary, ListOrders, OrderViews, PlaceOrder, ProjectOrders,
    checkout::CHECKOUTS, order_view::ORDER_VIEWS, stock::STOCK,
};
use serde_json::json;
use storefront_contracts::{GUEST, ORDER_SECRET};
use storefront_providers::CardsInMemory;
use tidings_aws::projection::{Projector, Views};
use tidings_testkit::{Answered, Bench, Call, Message, get, post};

/// Who asks.
#[derive(Debug, Clone, Copy)]
struct Caller<'a> {
    named: Option<&'a str>,
    secret: Option<&'a str>,
}

const NONE: Caller<'static> = Caller {
    named: None,
    secret: None,
};

fn named(named: &str) -> Caller<'_> {
    Caller {
        named: Some(named),
        ..NONE
    }
}

fn showing(secret: &str) -> Caller<'_> {
    Caller {
        secret: Some(secret),
        ..NONE
    }
}

impl Caller<'_> {
    fn makes(self, mut call: Call) -> Call {
        if let Some(id) = self.named {
            call = call.caller(id);
        }
        match self.secret {
            Some(secret) => call.header(ORDER_SECRET.name, secret),
            None => call,
        }
    }
}

struct Shop {
    bench: Bench,
    cards: Arc<CardsInMemory>,
}

impl Shop {
    async fn open() -> Self {
        let bench = Bench::open().await;
        bench.table(&CHECKOUTS).await;
        bench
            .put(&STOCK, &json!({ "sku": "mug", "available": 100 }))
            .await;
        Self {
            bench,
            cards: Arc::default(),
        }
    }

    async fn place(&self, caller: Caller<'_>, key: &str) -> Answered {
        let (events, bench) = (self.bench.events().await, &self.bench);
        let (dynamodb, cards) = (bench.dynamodb(), self.cards.clone());
        let checkouts = Checkouts::new(events, dynamodb, CHECKOUTS.name, STOCK.name, cards);
        let checkouts = checkouts.with(bench.clock(), bench.entropy());
        let order = json!({ "email": "ada@example.com", "currency": "EUR", "card": "tok_visa", "items": [
            { "sku": "mug", "name": "Mug", "quantity": 1, "unitPrice": 1299 },
        ]});
        let call = caller.makes(post(&order)).header("idempotency-key", key);
        let answered = call.to(&PlaceOrder { checkouts }).await;
        assert_eq!(answered.status, 202, "{answered:?}");
        answered
    }

    fn views(&self) -> Views<OrderViews> {
        Views::new(self.bench.dynamodb(), ORDER_VIEWS.name)
    }

    /// The projection takes all that has happened.
    async fn project(&self) {
        let projector = Projector::new(self.views(), self.bench.events().await);
        let worker = self.bench.worker(ProjectOrders { projector }).await;
        let orders = self.bench.stated().await.into_iter();
        let orders = orders.filter(|event| event.event_type.starts_with("order."));
        let messages: Vec<_> = orders.map(|event| Message::of(&event)).collect();
        worker.deliver(messages).await;
    }

    /// The statuses of `get-order`, `get-order-summary` and `cancel-order`.
    async fn statuses(&self, caller: Caller<'_>, id: &str) -> [u16; 3] {
        let (order, summary, cancel) = (
            GetOrder { views: self.views() },
            GetOrderSummary { views: self.views() },
            CancelOrder {
                events: self.bench.events().await,
            },
        );
        let cancellation = post(&json!({ "reason": "why not" })).at(&format!("/orders/{id}/cancellation"));
        let answered = [
            caller.makes(get(&format!("/orders/{id}"))).to(&order).await,
            caller
                .makes(get(&format!("/orders/{id}/summary")))
                .to(&summary)
                .await,
            caller.makes(cancellation).to(&cancel).await,
        ];
        answered.map(|answered| answered.status)
    }
}

fn text(answered: &Answered, field: &str) -> String {
    answered.body[field].as_str().unwrap().to_owned()
}

/// The table of `docs/guarantees.md`, "Who is answered".
#[tokio::test]
async fn an_order_is_shown_to_and_called_off_by_its_user_or_whoever_has_its_secret_and_nobody_else() {
    let shop = Shop::open().await;
    let hers = text(&shop.place(named("usr-ada"), "a").await, "orderId");
    let placed = shop.place(NONE, "b").await;
    let (guests, secret) = (text(&placed, "orderId"), text(&placed, "secret"));
    let another = text(&shop.place(NONE, "c").await, "secret");
    shop.project().await;
    let before = shop.bench.stated().await;

    let both = Caller {
        named: Some("usr-eve"),
        secret: Some(&secret),
    };
    let (open, closed) = ([200; 3], [403; 3]);
    // Strangers first: whoever may, calls it off.
    for (order, caller, answer) in [
        (&hers, NONE, closed),
        (&hers, named("usr-eve"), closed),
        (&hers, named(GUEST), closed),
        (&hers, showing(&secret), closed),
        (&guests, NONE, closed),
        (&guests, named("usr-eve"), closed),
        (&guests, named("usr-ada"), closed),
        (&guests, named(GUEST), closed),
        (&guests, showing(&another), closed),
        (&guests, showing(&guests), closed),
        (&guests, showing(""), closed),
    ] {
        assert_eq!(shop.statuses(caller, order).await, answer, "{caller:?} {order}");
    }
    assert_eq!(shop.bench.stated().await, before, "nothing is written");
    for (order, caller, answer) in [
        (&hers, named("usr-ada"), open),
        (&guests, showing(&secret), open),
        (&guests, both, open),
    ] {
        assert_eq!(shop.statuses(caller, order).await, answer, "{caller:?} {order}");
    }
    let late = shop.statuses(named("usr-eve"), &hers).await;
    assert_eq!(late, closed, "also where it is called off already");
}

#[tokio::test]
async fn a_list_is_of_the_callers_own_orders_and_guests_orders_are_in_none() {
    let shop = Shop::open().await;
    shop.place(named("usr-ada"), "a").await;
    let secret = text(&shop.place(NONE, "b").await, "secret");
    shop.project().await;
    let list = ListOrders { views: shop.views() };
    for (caller, query, status, orders) in [
        (NONE, "", 403, 0),
        (NONE, "?user=usr-ada", 403, 0),
        (NONE, "?user=guest", 403, 0),
        (showing(&secret), "", 403, 0),
        (showing(&secret), "?user=guest", 403, 0),
        (named(GUEST), "", 403, 0),
        (named(GUEST), "?user=guest", 403, 0),
        (named("usr-eve"), "?user=guest", 403, 0),
        (named("usr-eve"), "?user=usr-ada", 403, 0),
        (named("usr-eve"), "", 200, 0),
        (named("usr-ada"), "", 200, 1),
        (named("usr-ada"), "?user=usr-ada", 200, 1),
    ] {
        let answered = caller.makes(get(&format!("/orders{query}"))).to(&list).await;
        let listed = answered.body["orders"].as_array().map_or(0, Vec::len);
        assert_eq!(
            (answered.status, listed),
            (status, orders),
            "{caller:?} {query}: {answered:?}"
        );
    }
}

#[tokio::test]
async fn a_guests_secret_is_answered_alike_to_a_repetition_differs_by_order_and_is_kept_nowhere() {
    let shop = Shop::open().await;
    let first = shop.place(NONE, "a").await;
    assert_eq!(shop.place(NONE, "a").await, first);
    let (secret, other) = (
        text(&first, "secret"),
        text(&shop.place(NONE, "b").await, "secret"),
    );
    assert_ne!(secret, other, "the same order under another key is another one");
    assert_eq!(
        shop.place(named(GUEST), "c").await.body["secret"]
            .as_str()
            .map(str::len),
        Some(43)
    );
    let users = shop.place(named("usr-ada"), "a").await;
    assert!(users.body.get("secret").is_none(), "{users:?}");

    // What the shop keeps, and what it tells.
    let kept = json!(shop.bench.rows(&CHECKOUTS).await).to_string();
    let stated = shop.bench.stated().await;
    let stated: String = stated.iter().map(|event| event.to_json()).collect();
    for secret in [&secret, &other] {
        assert!(!kept.contains(secret) && !stated.contains(secret));
    }
}
