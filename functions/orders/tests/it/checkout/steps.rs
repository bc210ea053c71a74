//! What each end of a checkout leaves, and what is answered.

use std::{sync::Arc, time::Duration};

use orders::{
    GetStock, PlaceOrder, ReceiveStock,
    checkout::{CHECKOUTS, Swept},
    stock::STOCK,
};
use serde_json::json;
use storefront_contracts::{
    InventoryReserved, OrderPlaced, OrderRefused, PaymentProcessed, PaymentRefused, RefusalReason, StockItem,
};
use storefront_providers::CardsInMemory;
use tidings_core::{Envelope, Event, Incoming as _};
use tidings_testkit::{Bench, get, post};

use super::shop::{PLACED, Shop, request};

/// The only stated event of this type, read.
async fn only<E: Event>(shop: &Shop) -> (Envelope, E) {
    let mut stated = shop.bench.stated().await;
    stated.retain(|event| event.event_type == E::TYPE);
    let [event] = stated.try_into().expect("one event of the type");
    let read = E::decode(&event).unwrap();
    (event, read)
}

#[tokio::test]
async fn a_placed_order_is_reserved_once_an_article_charged_and_told_in_one_chain() {
    let shop = Shop::with(10, 10).await;
    let answered = shop.order("k", "tok_visa", 2, 3).await;
    assert_eq!(answered.status, 202, "{answered:?}");
    assert_eq!(
        (shop.stock().await, shop.told().await),
        ([8, 7], PLACED.map(str::to_owned).to_vec())
    );

    let (placed, order) = only::<OrderPlaced>(&shop).await;
    let (paying, payment) = only::<PaymentProcessed>(&shop).await;
    let (reserving, reserved) = only::<InventoryReserved>(&shop).await;
    for event in [&paying, &reserving] {
        assert_eq!(event.correlation_id(), placed.correlation_id());
        assert_eq!(
            (&event.actor, event.hops, event.time),
            (&placed.actor, 0, placed.time)
        );
    }
    assert_eq!(answered.body["orderId"], order.order_id);
    assert_eq!(answered.body["eventId"], placed.id);
    let item = |sku: &str, quantity| StockItem {
        sku: sku.into(),
        quantity,
    };
    assert_eq!(reserved.items, [item("mug", 2), item("tea", 3)]);

    let [charged] = shop.cards.charged().try_into().expect("one charge");
    assert_eq!(
        (charged.charge.amount, charged.charge.currency.as_str()),
        (3500, "EUR")
    );
    assert_eq!((payment.charge_id, payment.amount.amount), (charged.id, 3500));
    let row = shop.checkout().await;
    assert!(row.get("card").is_none() && row.get("pending").is_none(), "{row}");
    assert!(row["expires"].is_i64());
}

#[tokio::test]
async fn what_is_out_of_stock_is_named_with_what_is_left_and_nothing_is_reserved_or_charged() {
    let shop = Shop::with(1, 2).await;
    let answered = shop.order("k", "tok_visa", 2, 3).await;
    assert_eq!(
        (answered.status, &answered.body["reason"]),
        (409, &json!("out-of-stock"))
    );
    let errors = json!([
        { "pointer": "#/items/0/quantity", "detail": "1 of mug are left, and 2 are asked for" },
        { "pointer": "#/items/1/quantity", "detail": "2 of tea are left, and 3 are asked for" },
        { "pointer": "#/items/2/quantity", "detail": "2 of tea are left, and 3 are asked for" },
    ]);
    assert_eq!(answered.body["errors"], errors);
    assert_eq!(
        (shop.stock().await, shop.told().await),
        ([1, 2], vec!["order.refused".to_owned()])
    );
    let (_, refused) = only::<OrderRefused>(&shop).await;
    assert_eq!(
        (refused.reason, refused.faults.len()),
        (RefusalReason::OutOfStock, 3)
    );
    assert!(shop.cards.charged().is_empty());

    // It stays refused under this key, also when there is enough; and what was never received is sold out.
    shop.bench
        .put(&STOCK, &json!({ "sku": "mug", "available": 9 }))
        .await;
    assert_eq!(shop.order("k", "tok_visa", 2, 3).await, answered);
    let sold_out = Shop::with(1, 0).await.order("k", "tok_visa", 1, 1).await;
    assert_eq!(sold_out.body["errors"][0]["detail"], "tea is sold out");
}

#[tokio::test]
async fn a_card_that_is_declined_releases_the_stock_and_only_the_refusals_are_told() {
    let shop = Shop::with(10, 10).await;
    let card = "tok_chargeDeclinedInsufficientFunds";
    let answered = shop.order("k", card, 2, 3).await;
    assert_eq!(
        (answered.status, &answered.body["code"]),
        (402, &json!("insufficient_funds"))
    );
    assert_eq!(shop.order("k", card, 2, 3).await, answered);
    assert_eq!(shop.stock().await, [10, 10]);
    assert_eq!(shop.told().await, ["order.refused", "payment.refused"]);
    let (refused, order) = only::<OrderRefused>(&shop).await;
    let (declined, payment) = only::<PaymentRefused>(&shop).await;
    assert_eq!(order.reason, RefusalReason::PaymentRefused);
    assert_eq!(
        (payment.code.as_str(), payment.order_id),
        ("insufficient_funds", order.order_id)
    );
    assert_eq!(declined.correlation_id(), refused.correlation_id());
    assert!(shop.cards.charged().is_empty());
    assert!(shop.checkout().await.get("card").is_none());
}

#[tokio::test]
async fn an_amount_that_the_provider_does_not_take_is_a_refused_payment_and_holds_no_stock() {
    let shop = Shop::with(10, 10).await;
    let publisher = PlaceOrder {
        checkouts: shop.checkouts().await,
    };
    let pennies = json!({ "email": "ada@example.com", "currency": "EUR", "card": "tok_visa", "items": [
        { "sku": "mug", "name": "Mug", "quantity": 3, "unitPrice": 1 },
    ]});
    let ask = || {
        post(&pennies)
            .caller("u-1")
            .header("idempotency-key", "k")
            .to(&publisher)
    };
    let answered = ask().await;
    assert_eq!(
        (answered.status, &answered.body["code"]),
        (402, &json!("amount_too_small"))
    );
    assert_eq!(ask().await, answered);
    assert_eq!(shop.stock().await, [10, 10]);
    assert_eq!(shop.told().await, ["order.refused", "payment.refused"]);
}

#[tokio::test]
async fn whoever_holds_a_card_that_is_reported_lost_or_stolen_is_not_told_so() {
    for (card, code) in [
        ("tok_chargeDeclinedStolenCard", "stolen_card"),
        ("tok_chargeDeclinedLostCard", "lost_card"),
    ] {
        let shop = Shop::with(10, 10).await;
        let answered = shop.order("k", card, 1, 0).await;
        assert_eq!(
            (answered.status, &answered.body["code"]),
            (402, &json!("generic_decline"))
        );
        assert!(!answered.body.to_string().contains(code), "{answered:?}");
        let (_, refused) = only::<PaymentRefused>(&shop).await;
        assert_eq!(refused.code, code);
    }
}

#[tokio::test]
async fn where_the_provider_does_not_answer_the_same_request_goes_on_from_there_with_one_charge() {
    let shop = Shop::with(10, 10).await;
    shop.cards.lose_answers(2);
    for _ in 0..2 {
        let answered = shop.order("k", "tok_visa", 2, 3).await;
        assert_eq!(
            (answered.status, &answered.body["reason"]),
            (503, &json!("unfinished"))
        );
        assert_eq!((shop.stock().await, shop.told().await.len()), ([8, 7], 0));
    }
    let answered = shop.order("k", "tok_visa", 2, 3).await;
    assert_eq!((answered.status, shop.cards.charged().len()), (202, 1));
    assert_eq!(
        (shop.stock().await, shop.told().await),
        ([8, 7], PLACED.map(str::to_owned).to_vec())
    );
    assert_eq!(
        shop.checkouts()
            .await
            .sweep(Duration::ZERO, jiff::Timestamp::MAX)
            .await
            .unwrap(),
        Swept::default()
    );
}

#[tokio::test(start_paused = true)]
async fn requests_with_one_key_at_once_are_one_order_and_answered_alike() {
    // A charge takes longer than it takes the others to find that it is under way.
    let cards = Arc::new(CardsInMemory::taking(Duration::from_millis(700)));
    let shop = Shop::on(Bench::open().await, cards, 10, 10).await;
    for (seed, card) in (0..20).flat_map(|seed| [(seed, "tok_visa"), (seed, "tok_chargeDeclined")]) {
        let shop = Shop::on(shop.bench.clone().with_latency(seed), shop.cards.clone(), 10, 10).await;
        let (before, key) = (shop.cards.charged().len(), format!("{seed}-{card}"));
        let publisher = PlaceOrder {
            checkouts: shop.checkouts().await,
        };
        let ask = || request(&key, card, 1, 2).to(&publisher);
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        assert_eq!((&one, &one), (&other, &third));
        let charged = shop.cards.charged().len() - before;
        match card {
            "tok_visa" => assert_eq!((one.status, charged, shop.stock().await), (202, 1, [9, 8])),
            _ => assert_eq!((one.status, charged, shop.stock().await), (402, 0, [10, 10])),
        }
    }
}

#[tokio::test]
async fn a_key_that_has_expired_is_a_new_checkout_with_an_order_and_a_charge_of_its_own() {
    let shop = Shop::with(10, 10).await;
    let first = shop.order("k", "tok_visa", 1, 1).await;
    shop.bench.pass(Duration::from_secs(31 * 24 * 60 * 60));
    let second = shop.order("k", "tok_visa", 1, 1).await;
    assert_eq!((first.status, second.status), (202, 202));
    assert_ne!(first.body["orderId"], second.body["orderId"]);
    assert_eq!((shop.cards.charged().len(), shop.stock().await), (2, [8, 8]));
    assert_eq!(shop.bench.rows(&CHECKOUTS).await.len(), 1);
}

#[tokio::test]
async fn what_is_received_can_be_sold_and_is_counted_once_a_key() {
    let shop = Shop::with(0, 0).await;
    let receive = ReceiveStock {
        events: shop.bench.events().await,
        answers: shop.bench.answers(),
        stock: STOCK.name.to_owned(),
    };
    let query = GetStock {
        dynamodb: shop.bench.dynamodb(),
        stock: STOCK.name.to_owned(),
    };
    let receipt = |sku: &str, quantity| {
        let request = post(&json!({ "quantity": quantity })).at(&format!("/stock/{sku}/receipts"));
        request.header("idempotency-key", "r-1")
    };
    for _ in 0..2 {
        let received = receipt("mug", 5).to(&receive).await;
        assert_eq!((received.status, &received.body["received"]), (201, &json!(5)));
    }
    assert_eq!(
        get("/stock/mug").to(&query).await.body,
        json!({ "sku": "mug", "available": 5 })
    );
    assert_eq!(get("/stock/cup").to(&query).await.status, 404);
    for wrong in [0, -1, 1_000_001] {
        let refused = receipt("mug", wrong).to(&receive).await;
        assert_eq!(
            (refused.status, &refused.body["errors"][0]["pointer"]),
            (422, &json!("#/quantity"))
        );
    }
    let keyless = post(&json!({ "quantity": 1 })).at("/stock/mug/receipts");
    assert_eq!(keyless.to(&receive).await.status, 400);
    assert_eq!(shop.order("k", "tok_visa", 5, 0).await.status, 202);
    assert_eq!(shop.stock().await, [0, 0]);
}
