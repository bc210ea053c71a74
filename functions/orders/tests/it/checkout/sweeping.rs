//! What the sweeper makes of checkouts that nobody goes on with.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use orders::checkout::{CHECKOUTS, GRACE, Swept};
use storefront_providers::{CardsInMemory, Charge, ChargeCards, ChargeError, Found};
use tidings_core::{Clock as _, Failure};

use super::shop::{PLACED, Shop};

async fn sweep(shop: &Shop) -> Swept {
    let checkouts = shop.checkouts().await;
    let deadline = shop.bench.clock().now() + Duration::from_secs(30);
    checkouts.sweep(GRACE, deadline).await.unwrap()
}

/// A shop with a checkout whose stock is reserved, and whose charge was made or not.
async fn left_reserved(card: &str, charged: bool) -> Shop {
    let shop = Shop::with(10, 10).await;
    if charged {
        shop.cards.lose_answers(1);
        assert_eq!(shop.order("k", card, 1, 2).await.status, 503);
    } else {
        let publisher = orders::PlaceOrder {
            checkouts: shop.checkouts_with(Arc::new(Down)).await,
        };
        let answered = super::shop::request("k", card, 1, 2).to(&publisher).await;
        assert_eq!(answered.status, 503);
    }
    assert_eq!(shop.stock().await, [9, 8]);
    shop
}

struct Down;

#[async_trait]
impl ChargeCards for Down {
    async fn charge(&self, _: &Charge, _: &str) -> Result<String, ChargeError> {
        Err(ChargeError::Failed(Failure::transient("no answer")))
    }

    async fn find(&self, _: &str) -> Result<Found, Failure> {
        Err(Failure::transient("no answer"))
    }
}

#[tokio::test]
async fn a_reserved_checkout_is_placed_with_one_charge_and_its_request_is_answered_so() {
    for charged in [true, false] {
        let shop = left_reserved("tok_visa", charged).await;
        assert_eq!(sweep(&shop).await, Swept::default(), "it is left to its request");
        shop.bench.pass(GRACE);
        let placed = Swept {
            placed: 1,
            ..Swept::default()
        };
        assert_eq!(sweep(&shop).await, placed);
        assert_eq!(sweep(&shop).await, Swept::default());
        assert_eq!((shop.stock().await, shop.cards.charged().len()), ([9, 8], 1));
        assert_eq!(shop.told().await, PLACED);
        assert_eq!(shop.order("k", "tok_visa", 1, 2).await.status, 202);
        assert_eq!(shop.told().await, PLACED);
    }
}

#[tokio::test]
async fn a_reserved_checkout_whose_card_is_declined_is_refused() {
    for asked in [true, false] {
        let shop = left_reserved("tok_chargeDeclined", asked).await;
        shop.bench.pass(GRACE);
        let refused = Swept {
            refused: 1,
            ..Swept::default()
        };
        assert_eq!(sweep(&shop).await, refused);
        assert_eq!((shop.stock().await, shop.cards.charged().len()), ([10, 10], 0));
        assert_eq!(shop.told().await, ["order.refused", "payment.refused"]);
        assert_eq!(shop.order("k", "tok_chargeDeclined", 1, 2).await.status, 402);
    }
}

#[tokio::test]
async fn while_the_provider_is_down_a_checkout_waits_and_the_run_says_so() {
    let shop = left_reserved("tok_visa", false).await;
    shop.bench.pass(GRACE);
    let checkouts = shop.checkouts_with(Arc::new(Down)).await;
    let swept = checkouts.sweep(GRACE, Timestamp::MAX).await.unwrap();
    assert_eq!(swept.waiting, 1);
    assert!(swept.complete().is_err());
    shop.bench.pass(Duration::from_secs(60));
    assert_eq!(sweep(&shop).await.placed, 1);
}

/// A provider that keeps no keys any more, and knows the charges that it made.
struct Forgetful(Arc<CardsInMemory>);

#[async_trait]
impl ChargeCards for Forgetful {
    async fn charge(&self, charge: &Charge, _: &str) -> Result<String, ChargeError> {
        panic!("it charges {} a second time", charge.order_id)
    }

    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        self.0.find(order_id).await
    }
}

#[tokio::test]
async fn a_checkout_whose_key_the_provider_may_have_forgotten_is_settled_by_what_was_charged() {
    for charged in [true, false] {
        let shop = left_reserved("tok_visa", charged).await;
        let checkouts = shop.checkouts_with(Arc::new(Forgetful(shop.cards.clone()))).await;
        let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);

        // The search may not know of it yet.
        shop.bench.pass(hours(21));
        let swept = checkouts.sweep(GRACE, Timestamp::MAX).await.unwrap();
        assert_eq!((swept.waiting, swept.clone().complete().is_err()), (1, true));
        let publisher = orders::PlaceOrder { checkouts };
        let ask = || super::shop::request("k", "tok_visa", 1, 2).to(&publisher);
        assert_eq!(ask().await.status, 503);
        assert_eq!((shop.stock().await, shop.told().await.len()), ([9, 8], 0));

        shop.bench.pass(hours(2));
        let swept = publisher.checkouts.sweep(GRACE, Timestamp::MAX).await.unwrap();
        assert_eq!((swept.placed, swept.refused), (charged.into(), (!charged).into()));
        let answered = ask().await;
        if charged {
            assert_eq!((answered.status, shop.stock().await), (202, [9, 8]));
            assert_eq!(shop.told().await, PLACED);
        } else {
            assert_eq!((answered.status, shop.stock().await), (402, [10, 10]));
            assert_eq!(shop.told().await, ["order.refused", "payment.refused"]);
        }
        assert_eq!(shop.cards.charged().len(), usize::from(charged));
    }
}

/// A provider that has taken the charge on, and tells days later what has become of it.
struct Bank(Mutex<Result<Found, &'static str>>);

impl Bank {
    fn says(&self, now: Result<Found, &'static str>) {
        *self.0.lock().unwrap() = now;
    }
}

#[async_trait]
impl ChargeCards for Bank {
    async fn charge(&self, _: &Charge, _: &str) -> Result<String, ChargeError> {
        match self.0.lock().unwrap().clone() {
            Ok(Found::Paid(id)) => Ok(id),
            Ok(_) => Err(ChargeError::Failed(
                Failure::transient("pending").of_class("Pending"),
            )),
            Err(code) => Err(ChargeError::Refused { code: code.into() }),
        }
    }

    async fn find(&self, _: &str) -> Result<Found, Failure> {
        let said = self.0.lock().unwrap().clone();
        Ok(said.unwrap_or(Found::Nothing))
    }
}

#[tokio::test]
async fn a_pending_charge_is_waited_for_and_the_order_is_what_it_comes_to_however_late() {
    let paid = || Ok(Found::Paid("py_1".to_owned()));
    // While the provider knows the key, after it may have forgotten it, and days later.
    for hours in [1, 21, 23, 24 * 14] {
        for (becomes, told, stock, status) in [
            (paid(), &PLACED[..], [9, 8], 202),
            (
                Err("insufficient_funds"),
                &["order.refused", "payment.refused"][..],
                [10, 10],
                402,
            ),
        ] {
            let shop = Shop::with(10, 10).await;
            let bank = Arc::new(Bank(Mutex::new(Ok(Found::Pending))));
            let checkouts = shop.checkouts_with(bank.clone()).await;
            let publisher = orders::PlaceOrder { checkouts };
            let ask = || super::shop::request("k", "tok_visa", 1, 2).to(&publisher);
            let sweep = || publisher.checkouts.sweep(GRACE, Timestamp::MAX);
            assert_eq!(ask().await.status, 503);
            shop.bench.pass(Duration::from_secs(hours * 60 * 60));
            let swept = sweep().await.unwrap();
            assert_eq!(
                (swept.waiting, swept.placed, swept.refused),
                (1, 0, 0),
                "after {hours} h it is neither an order nor none"
            );
            assert_eq!((ask().await.status, shop.stock().await), (503, [9, 8]));
            assert!(shop.told().await.is_empty());

            bank.says(becomes);
            shop.bench.pass(Duration::from_secs(60));
            // Between the last charge and the time at which the provider's search has caught up, nobody is asked.
            if hours == 21 {
                shop.bench.pass(Duration::from_secs(2 * 60 * 60));
            }
            let swept = sweep().await.unwrap();
            assert_eq!(
                (swept.waiting, swept.placed + swept.refused),
                (0, 1),
                "after {hours} h"
            );
            assert_eq!(
                (shop.told().await, shop.stock().await),
                (told.iter().map(|name| (*name).to_owned()).collect(), stock)
            );
            assert_eq!(ask().await.status, status);
        }
    }
}

#[tokio::test]
async fn a_checkout_for_which_nothing_is_held_is_given_up() {
    let shop = Shop::with(10, 10).await;
    // The stock's table is not there: the request ends behind its first step.
    let (bench, events) = (&shop.bench, shop.bench.events().await);
    let checkouts = orders::Checkouts::new(
        events,
        bench.dynamodb(),
        CHECKOUTS.name,
        "nowhere",
        shop.cards.clone(),
    );
    let checkouts = checkouts.with(bench.clock(), bench.entropy());
    let publisher = orders::PlaceOrder { checkouts };
    let answered = super::shop::request("k", "tok_visa", 1, 2).to(&publisher).await;
    assert!(answered.status >= 500, "{answered:?}");
    assert_eq!(shop.checkout().await["phase"], "pending");

    shop.bench.pass(GRACE);
    assert_eq!(sweep(&shop).await.voided, 1);
    assert!(shop.bench.rows(&CHECKOUTS).await.is_empty());
    assert_eq!((shop.stock().await, shop.told().await.len()), ([10, 10], 0));
    assert_eq!(
        shop.order("k", "tok_visa", 1, 2).await.status,
        202,
        "the key can be used again"
    );
}

#[tokio::test]
async fn all_that_is_left_over_is_ended_however_much_it_is() {
    let shop = Shop::with(1_000, 1_000).await;
    let publisher = orders::PlaceOrder {
        checkouts: shop.checkouts_with(Arc::new(Down)).await,
    };
    for number in 0..130 {
        let answered = super::shop::request(&format!("k-{number}"), "tok_visa", 1, 1)
            .to(&publisher)
            .await;
        assert_eq!(answered.status, 503);
        shop.bench.pass(Duration::from_millis(1));
    }
    shop.bench.pass(GRACE);
    assert_eq!(sweep(&shop).await.placed, 130);
    assert_eq!(
        (shop.cards.charged().len(), shop.stock().await),
        (130, [870, 870])
    );
}

#[tokio::test]
async fn checkouts_of_one_moment_are_all_found() {
    let shop = Shop::with(1_000, 1_000).await;
    let publisher = orders::PlaceOrder {
        checkouts: shop.checkouts_with(Arc::new(Down)).await,
    };
    for number in 0..150 {
        let ask = super::shop::request(&format!("k-{number}"), "tok_visa", 1, 1);
        assert_eq!(ask.to(&publisher).await.status, 503);
    }
    shop.bench.pass(GRACE);
    assert_eq!(sweep(&shop).await.placed, 150);
    assert_eq!(sweep(&shop).await, Swept::default());
}

/// A provider that hangs at some orders, for as long as a call may take.
struct Hangs {
    at: Vec<String>,
    bench: tidings_testkit::Bench,
    cards: Arc<CardsInMemory>,
}

#[async_trait]
impl ChargeCards for Hangs {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        if self.at.contains(&charge.order_id) {
            self.bench.pass(Duration::from_secs(6));
            return Err(ChargeError::Failed(Failure::transient("no answer")));
        }
        self.cards.charge(charge, key).await
    }

    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        self.cards.find(order_id).await
    }
}

/// The orders of all checkouts.
async fn orders_of(shop: &Shop) -> Vec<String> {
    let rows = shop.bench.rows(&CHECKOUTS).await;
    let orders = rows.iter().map(|row| {
        let prepared: serde_json::Value = serde_json::from_str(row["envelope"].as_str().unwrap()).unwrap();
        prepared["subject"].as_str().unwrap().to_owned()
    });
    orders.collect()
}

#[tokio::test]
async fn charges_that_hang_do_not_keep_the_sweeper_from_the_others_for_long() {
    let shop = Shop::with(1_000, 1_000).await;
    let publisher = orders::PlaceOrder {
        checkouts: shop.checkouts_with(Arc::new(Down)).await,
    };
    let mut at = Vec::new();
    for number in 0..114 {
        let ask = super::shop::request(&format!("k-{number}"), "tok_visa", 1, 1);
        assert_eq!(ask.to(&publisher).await.status, 503);
        if number < 14 {
            at = orders_of(&shop).await;
        }
        shop.bench.pass(Duration::from_millis(1));
    }
    shop.bench.pass(GRACE);
    let hangs = Hangs {
        at,
        bench: shop.bench.clone(),
        cards: shop.cards.clone(),
    };
    let checkouts = shop.checkouts_with(Arc::new(hangs)).await;
    // A run has twenty seconds, in which three or four of them hang.
    let mut placed = 0;
    for _ in 0..5 {
        let deadline = shop.bench.clock().now() + Duration::from_secs(30);
        let swept = checkouts.sweep(GRACE, deadline).await.unwrap();
        assert!(swept.waiting > 0 && swept.complete().is_err());
        placed = shop.cards.charged().len();
        shop.bench.pass(Duration::from_secs(60));
    }
    assert_eq!(placed, 100);
}

/// A provider that takes its time at one order.
struct Slow {
    at: String,
    bench: tidings_testkit::Bench,
    cards: Arc<CardsInMemory>,
}

#[async_trait]
impl ChargeCards for Slow {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        if self.at == charge.order_id {
            self.bench.pass(Duration::from_secs(21));
        }
        self.cards.charge(charge, key).await
    }

    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        self.cards.find(order_id).await
    }
}

#[tokio::test]
async fn a_run_whose_time_is_up_says_that_there_are_more_and_the_next_one_ends_them() {
    let shop = Shop::with(1_000, 1_000).await;
    let publisher = orders::PlaceOrder {
        checkouts: shop.checkouts_with(Arc::new(Down)).await,
    };
    let (mut before, mut at) = (Vec::new(), String::new());
    for number in 0..120 {
        let ask = super::shop::request(&format!("k-{number}"), "tok_visa", 1, 1);
        assert_eq!(ask.to(&publisher).await.status, 503);
        // The last of the hundred that are looked for at once.
        if number == 98 {
            before = orders_of(&shop).await;
        }
        if number == 99 {
            let hundred = orders_of(&shop).await;
            at = hundred.into_iter().find(|order| !before.contains(order)).unwrap();
        }
        shop.bench.pass(Duration::from_millis(1));
    }
    shop.bench.pass(GRACE);
    let slow = Slow {
        at,
        bench: shop.bench.clone(),
        cards: shop.cards.clone(),
    };
    let checkouts = shop.checkouts_with(Arc::new(slow)).await;
    let deadline = shop.bench.clock().now() + Duration::from_secs(30);
    let swept = checkouts.sweep(GRACE, deadline).await.unwrap();
    let all_that_was_begun = Swept {
        placed: 100,
        untried: 1,
        ..Swept::default()
    };
    assert_eq!(swept, all_that_was_begun);
    let unswept = swept.complete().unwrap_err();
    assert!(
        unswept.to_string().contains("for 1 or more no time was left"),
        "{unswept}"
    );

    let swept = sweep(&shop).await;
    assert_eq!((swept.placed, swept.untried), (20, 0));
    assert!(swept.complete().is_ok());
}
