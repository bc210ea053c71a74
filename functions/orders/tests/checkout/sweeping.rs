//! What the sweeper makes of checkouts that nobody goes on with.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use orders::checkout::{CHECKOUTS, GRACE, Swept};
use storefront_providers::{Charge, ChargeCards, ChargeError};
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
    assert_eq!(sweep(&shop).await.placed, 1);
}

#[tokio::test]
async fn a_checkout_that_the_provider_may_have_forgotten_is_never_charged_and_is_told_of_each_time() {
    for (hours, stale) in [(19, false), (21, true)] {
        let shop = left_reserved("tok_visa", true).await;
        shop.bench.pass(Duration::from_secs(hours * 60 * 60));
        let forgetful = Shop {
            bench: shop.bench.clone(),
            cards: Arc::default(),
        };
        // The provider knows the key for as long as it says, and not for longer.
        let provider = if stale { &forgetful } else { &shop };
        let swept = sweep(provider).await;
        assert_eq!(
            (swept.stale, swept.placed),
            (usize::from(stale), usize::from(!stale))
        );
        let answered = provider.order("k", "tok_visa", 1, 2).await;
        assert_eq!(answered.status, if stale { 503 } else { 202 });
        assert_eq!(swept.complete().is_err(), stale);
        assert!(forgetful.cards.charged().is_empty());
        if stale {
            assert_eq!(sweep(&forgetful).await.stale, 1, "it stays in sight");
            assert_eq!((shop.stock().await, shop.told().await.len()), ([9, 8], 0));
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
