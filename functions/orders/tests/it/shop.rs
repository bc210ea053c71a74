//! Orders from their placing to their end, through the functions that are deployed: commands, the projection, queries.

use std::{sync::Arc, time::Duration};

use orders::{
    CancelOrder, ChangeOrderStatus, Checkouts, GetOrder, GetOrderSummary, ListOrders, OrderViews, PlaceOrder,
    ProjectOrders, checkout::CHECKOUTS, order_view::ORDER_VIEWS, stock::STOCK,
};
use serde_json::{Value, json};
use storefront_providers::CardsInMemory;
use tidings_aws::projection::{Projector, ReadToken, Views};
use tidings_core::{Entropy as _, Envelope};
use tidings_testkit::{Answered, Bench, Ended, Message, Worker, get, post};

/// The orders service on a bench. Events are handed to the projection when a test says so.
struct Shop {
    bench: Bench,
    worker: Worker,
    shown: usize,
}

impl Shop {
    async fn open() -> Self {
        let bench = Bench::open().await;
        bench.table(&CHECKOUTS).await;
        for sku in ["mug", "tea"] {
            bench
                .put(&STOCK, &json!({ "sku": sku, "available": 1_000 }))
                .await;
        }
        let views = Views::<OrderViews>::new(bench.dynamodb(), ORDER_VIEWS.name);
        let projector = Projector::new(views, bench.events().await);
        let worker = bench.worker(ProjectOrders { projector }).await;
        Self {
            bench,
            worker,
            shown: 0,
        }
    }

    /// Places an order of this user; its id.
    async fn place(&self, user: &str) -> String {
        let order = json!({ "email": "ada@example.com", "currency": "EUR", "card": "tok_visa", "items": [
            { "sku": "mug", "name": "Mug", "quantity": 2, "unitPrice": 1299 },
            { "sku": "tea", "name": "Tea", "quantity": 1, "unitPrice": 500 },
        ]});
        let (events, bench) = (self.bench.events().await, &self.bench);
        let cards = Arc::<CardsInMemory>::default();
        let checkouts = Checkouts::new(events, bench.dynamodb(), CHECKOUTS.name, STOCK.name, cards);
        let checkouts = checkouts.with(bench.clock(), bench.entropy());
        let answered = post(&order)
            .caller(user)
            .header("idempotency-key", &bench.entropy().bits().to_string())
            .to(&PlaceOrder { checkouts })
            .await;
        assert_eq!(answered.status, 202, "{answered:?}");
        // Orders of one moment are told apart by their ids; these are placed one after the other.
        self.bench.pass(Duration::from_secs(1));
        text(&answered.body["orderId"])
    }

    async fn change(&self, id: &str, body: Value) -> Answered {
        let events = self.bench.events().await;
        let request = post(&body).at(&format!("/orders/{id}/status"));
        request.to(&ChangeOrderStatus { events }).await
    }

    async fn turn(&self, id: &str, status: &str) -> Answered {
        self.change(id, json!({ "status": status })).await
    }

    /// The user `u-1` calls an order off.
    async fn cancel(&self, id: &str, reason: &str) -> Answered {
        let events = self.bench.events().await;
        let request = post(&json!({ "reason": reason })).at(&format!("/orders/{id}/cancellation"));
        request.caller("u-1").to(&CancelOrder { events }).await
    }

    /// The projection takes what has happened since the last time.
    async fn project(&mut self) {
        let mut events = self.stated().await;
        // By aggregate, as the store has them: what is new is found by its time.
        events.sort_by_key(|event| event.time);
        let new = events.split_off(self.shown.min(events.len()));
        self.shown += new.len();
        for event in &new {
            assert_eq!(self.take(event).await, Ended::Done);
        }
    }

    /// What is told of orders; payments and reservations are told of as well.
    async fn stated(&self) -> Vec<Envelope> {
        let mut stated = self.bench.stated().await;
        stated.retain(|event| event.event_type.starts_with("order."));
        stated
    }

    async fn take(&self, event: &Envelope) -> Ended {
        self.worker.deliver([Message::of(event)]).await.remove(0)
    }

    fn views(&self) -> Views<OrderViews> {
        Views::new(self.bench.dynamodb(), ORDER_VIEWS.name)
    }

    /// An order, as the user `u-1` is shown it.
    async fn order(&self, path: &str) -> Answered {
        get(&format!("/orders/{path}"))
            .caller("u-1")
            .to(&GetOrder { views: self.views() })
            .await
    }

    async fn summary(&self, id: &str) -> Answered {
        let query = GetOrderSummary { views: self.views() };
        get(&format!("/orders/{id}/summary"))
            .caller("u-1")
            .to(&query)
            .await
    }

    /// A list of this user's, asked for by them.
    async fn list(&self, user: &str, query: &str) -> Answered {
        get(&format!("/orders?{query}"))
            .caller(user)
            .to(&ListOrders { views: self.views() })
            .await
    }

    /// The ids of a list, and the cursor of its next page.
    async fn listed(&self, user: &str, query: &str) -> (Vec<String>, Option<String>) {
        let answered = self.list(user, query).await;
        assert_eq!(answered.status, 200, "{answered:?}");
        let orders = answered.body["orders"].as_array().unwrap();
        let ids = orders.iter().map(|order| text(&order["orderId"])).collect();
        (ids, answered.body["next"].as_str().map(ToOwned::to_owned))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The parameter or the field that a problem names.
fn fault(answered: &Answered) -> (u16, &str) {
    let error = &answered.body["errors"][0];
    let named = error["parameter"].as_str().or(error["pointer"].as_str());
    (answered.status, named.unwrap_or_default())
}

#[tokio::test]
async fn an_order_goes_its_way_and_each_answer_says_how_far_it_is() {
    let shop = Shop::open().await;
    let id = shop.place("u-1").await;
    for (version, status) in [(2, "paid"), (3, "shipped"), (4, "delivered")] {
        for _ in ["first", "again"] {
            let Answered { status: code, body } = shop.turn(&id, status).await;
            assert_eq!(
                (code, &body["status"], &body["version"]),
                (200, &json!(status), &json!(version))
            );
            let token: ReadToken = body["token"].as_str().unwrap().parse().unwrap();
            assert_eq!(token.version(), version);
        }
    }
    let stated = shop.stated().await;
    let told: Vec<_> = stated.iter().map(|event| event.event_type.as_str()).collect();
    let changed = "order.status_changed";
    assert_eq!(told, ["order.placed", changed, changed, changed]);
}

#[tokio::test]
async fn an_illegal_change_is_a_conflict_that_tells_what_is_possible_and_writes_nothing() {
    let shop = Shop::open().await;
    let id = shop.place("u-1").await;
    shop.turn(&id, "shipped").await;
    let before = shop.stated().await;
    let refused = shop.turn(&id, "paid").await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.body["current"], "shipped");
    assert_eq!(refused.body["allowed"], json!(["delivered"]));
    assert_eq!(
        refused.body["status"], 409,
        "the standard's member is the standard's"
    );
    let refused = shop.cancel(&id, "too late").await;
    assert_eq!(
        (refused.status, &refused.body["current"]),
        (409, &json!("shipped"))
    );
    for (answered, expected) in [
        (shop.turn(&id, "cancelled").await, (422, "#/status")),
        (shop.turn(&id, "lost").await, (422, "#/status")),
        (shop.change(&id, json!({})).await, (422, "#/status")),
        (
            shop.change(&id, json!({ "status": "paid", "by": "me" })).await,
            (422, "#/by"),
        ),
        (shop.cancel(&id, "  ").await, (422, "#/reason")),
        (shop.cancel(&id, &"x".repeat(501)).await, (422, "#/reason")),
        (shop.turn("ord-none", "paid").await, (404, "")),
        (shop.cancel("ord-none", "why not").await, (404, "")),
    ] {
        assert_eq!(fault(&answered), expected, "{answered:?}");
    }
    assert_eq!(shop.stated().await, before, "nothing is written");
}

#[tokio::test]
async fn an_order_is_called_off_once_for_the_first_reason() {
    let shop = Shop::open().await;
    let id = shop.place("u-1").await;
    let cancelled = shop.cancel(&id, "ordered twice").await;
    assert_eq!(
        (cancelled.status, &cancelled.body["status"]),
        (200, &json!("cancelled"))
    );
    assert_eq!(shop.cancel(&id, "another reason").await, cancelled);
    let stated = shop.stated().await;
    assert_eq!(stated.len(), 2);
    let told: Value = serde_json::from_str(stated[1].data()).unwrap();
    assert_eq!((stated[1].schemaversion, &told["userId"]), (2, &json!("u-1")));
    assert_eq!(told["reason"]["sealed"]["person"], "u-1", "{told}");
    assert!(
        !told.to_string().contains("twice"),
        "what somebody wrote is not kept in the clear: {told}"
    );
}

#[tokio::test]
async fn of_a_cancellation_and_a_shipment_at_once_one_happens() {
    let shop = Shop::open().await;
    for _ in 0..10 {
        let id = shop.place("u-1").await;
        let (cancelled, shipped) = tokio::join!(shop.cancel(&id, "too slow"), shop.turn(&id, "shipped"));
        let mut codes = [cancelled.status, shipped.status];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409]);
    }
}

#[tokio::test]
async fn a_query_shows_an_order_as_its_events_made_it_and_nothing_personal() {
    let mut shop = Shop::open().await;
    let id = shop.place("u-1").await;
    shop.project().await;
    shop.turn(&id, "paid").await;
    shop.project().await;
    shop.cancel(&id, "Ada does not want it").await;
    shop.project().await;

    let Answered { status, body } = shop.order(&id).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["status"], &body["version"]),
        (&json!("cancelled"), &json!(3))
    );
    assert_eq!((&body["userId"], &body["itemCount"]), (&json!("u-1"), &json!(3)));
    assert_eq!(body["total"], json!({ "amount": 3098, "currency": "EUR" }));
    assert_eq!(body["items"][1]["sku"], "tea");
    let Answered {
        body: mut summary, ..
    } = shop.summary(&id).await;
    summary["items"] = body["items"].clone();
    assert_eq!(summary, body, "a summary is the order without its lines");

    let rows = json!(shop.bench.rows(&ORDER_VIEWS).await).to_string();
    assert!(!rows.contains('@') && !rows.contains("Ada"), "{rows}");
    assert_eq!(shop.order("ord-none").await.status, 404);
}

#[tokio::test]
async fn a_list_is_one_users_newest_first_by_status_and_in_pages() {
    let mut shop = Shop::open().await;
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(shop.place("u#1").await);
        shop.place(&format!("u-{number}")).await;
    }
    shop.project().await;
    for id in [&ids[1], &ids[4]] {
        shop.turn(id, "shipped").await;
    }
    shop.project().await;
    ids.reverse();

    let (all, next) = shop.listed("u#1", "user=u%231").await;
    assert_eq!((&all, next), (&ids, None));
    let (shipped, _) = shop.listed("u#1", "status=shipped").await;
    assert_eq!(shipped, [ids[2].clone(), ids[5].clone()]);
    let (placed, _) = shop.listed("u#1", "status=placed").await;
    assert_eq!(
        placed.len(),
        5,
        "what became something else is no longer listed as placed"
    );

    let (mut paged, mut query) = (Vec::new(), "user=u%231&limit=3".to_owned());
    loop {
        let (page, next) = shop.listed("u#1", &query).await;
        paged.extend(page);
        // An order that is placed meanwhile is newer than all that is still to come.
        shop.place("u#1").await;
        shop.project().await;
        let Some(next) = next else { break };
        query = format!("user=u%231&limit=3&cursor={next}");
    }
    assert_eq!(paged, ids);
    let (page, next) = shop.listed("u#1", "user=u%231&status=shipped&limit=2").await;
    assert_eq!(
        (page.len(), next),
        (2, None),
        "no page that is empty comes after a full one"
    );
}

#[tokio::test]
async fn a_list_is_the_callers_own_unless_it_says_whose() {
    let mut shop = Shop::open().await;
    let own = shop.place("u-1").await;
    shop.place("u-2").await;
    shop.project().await;
    let query = ListOrders { views: shop.views() };
    let answered = get("/orders").caller("u-1").to(&query).await;
    assert_eq!(answered.body["orders"][0]["orderId"], own.as_str());
    let same = get("/orders?user=u-1").caller("u-1").to(&query).await;
    assert_eq!(
        (same, answered.body["orders"].as_array().unwrap().len()),
        (answered.clone(), 1)
    );
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let mut shop = Shop::open().await;
    for _ in 0..3 {
        shop.place("u-1").await;
    }
    shop.project().await;
    let (_, next) = shop.listed("u-1", "user=u-1&limit=2").await;
    let next = next.unwrap();
    for (query, name) in [
        ("user=u-1&limit=0", "limit"),
        ("user=u-1&limit=101", "limit"),
        ("user=u-1&limit=-1", "limit"),
        ("user=u-1&limit=many", "limit"),
        ("user=u-1&status=lost", "status"),
        ("user=u-1&limit=", "limit"),
        ("user=u-1&cursor=", "cursor"),
        ("user=u-1&cursor=%21", "cursor"),
        ("user=", "user"),
        (&format!("user={}", "x".repeat(2_100)), "user"),
    ] {
        let answered = shop.list("u-1", query).await;
        assert_eq!(fault(&answered), (400, name), "{query}: {answered:?}");
    }
    for query in [
        "user=u-1&cursor=x",
        &format!("user=u-1&status=placed&cursor={next}"),
        &format!("user=u-1&cursor={next}A"),
    ] {
        let answered = shop.list("u-1", query).await;
        assert_eq!(fault(&answered), (404, "cursor"), "{query}: {answered:?}");
    }
    let anothers = shop.list("u-2", &format!("cursor={next}")).await;
    assert_eq!(fault(&anothers), (404, "cursor"));
    assert_eq!(
        shop.listed("u-1", &format!("user=u-1&cursor={next}"))
            .await
            .0
            .len(),
        1,
        "another limit is the same list"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_lets_a_query_wait_for_what_its_command_did() {
    let mut shop = Shop::open().await;
    let id = shop.place("u-1").await;
    shop.project().await;
    let answered = shop.turn(&id, "paid").await;
    let token = text(&answered.body["token"]);

    let late = shop.order(&format!("{id}?after={token}")).await;
    assert_eq!(
        (late.status, &late.body["shown"], &late.body["wanted"]),
        (504, &json!(1), &json!(2))
    );
    assert_eq!(
        shop.order(&id).await.body["status"],
        "placed",
        "who does not ask does not wait"
    );

    let path = format!("{id}?after={token}");
    let events = shop.stated().await;
    let taking = async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        shop.take(&events[1]).await
    };
    let (answered, taken) = tokio::join!(shop.order(&path), taking);
    assert_eq!(taken, Ended::Done);
    assert_eq!((answered.status, &answered.body["status"]), (200, &json!("paid")));

    let other = shop.place("u-1").await;
    assert_eq!(
        fault(&shop.order(&format!("{other}?after={token}")).await),
        (404, "after")
    );
    assert_eq!(fault(&shop.order(&format!("{id}?after=x")).await), (404, "after"));
    for wrong in ["", "%21", &"x".repeat(5_000)] {
        assert_eq!(
            fault(&shop.order(&format!("{id}?after={wrong}")).await),
            (400, "after"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn an_order_of_version_1_is_shown_without_lines() {
    let shop = Shop::open().await;
    let sample = include_str!("../../../../events/order.placed/v1.json");
    let event = Envelope::parse(sample).unwrap();
    assert_eq!(shop.take(&event).await, Ended::Done);
    let order = get(&format!("/orders/{}", event.subject.as_deref().unwrap()));
    let query = GetOrder { views: shop.views() };
    let body = order.caller("usr-7f3a").to(&query).await.body;
    assert_eq!((&body["items"], &body["itemCount"]), (&json!([]), &json!(0)));
}
