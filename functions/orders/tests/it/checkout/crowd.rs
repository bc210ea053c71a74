//! Five hundred want what a hundred can have.
//!
//! Calls to the database and charges take a while in the test's own time, so the checkouts meet as they would over a network. A seed says how
//! long each call takes: `TIDINGS_SEED=7` does one again.

use std::{collections::BTreeSet, env, sync::Arc, time::Duration};

use fastrand::Rng;
use futures::future::join_all;
use orders::{PlaceOrder, checkout::CHECKOUTS};
use storefront_contracts::{InventoryReserved, OrderPlaced};
use storefront_providers::CardsInMemory;
use tidings_core::Incoming as _;
use tidings_testkit::{Answered, Bench};

use super::shop::{Shop, request};

const CUSTOMERS: usize = 500;
const MUGS: u64 = 100;

fn seed() -> u64 {
    let seed = env::var("TIDINGS_SEED").map_or_else(|_| fastrand::u64(..), |text| text.parse().unwrap());
    println!("TIDINGS_SEED={seed}");
    seed
}

/// Everybody asks for one mug at once, with a card that `card` gives; whoever is told to come again does.
async fn rush(seed: u64, card: impl Fn(usize) -> &'static str) -> (Shop, Vec<Answered>) {
    let bench = Bench::open().await.with_latency(seed);
    let cards = Arc::new(CardsInMemory::taking(Duration::from_millis(500)));
    let shop = Shop::on(bench, cards, MUGS, 0).await;
    let publisher = &PlaceOrder {
        checkouts: shop.checkouts().await,
    };
    let customers = (0..CUSTOMERS).map(|number| {
        let (card, mut random) = (card(number), Rng::with_seed(seed ^ number as u64));
        async move {
            loop {
                let answered = request(&format!("customer-{number}"), card, 1, 0)
                    .to(publisher)
                    .await;
                match answered.status {
                    503 => tokio::time::sleep(Duration::from_millis(random.u64(..2_000))).await,
                    _ => return answered,
                }
            }
        }
    });
    let answers = join_all(customers).await;
    (shop, answers)
}

fn count(answers: &[Answered], status: u16) -> usize {
    answers
        .iter()
        .filter(|answered| answered.status == status)
        .count()
}

/// Each order is reserved, paid for and told of once, and each piece is either left or reserved.
async fn all_adds_up(shop: &Shop, answers: &[Answered]) -> usize {
    let stated = shop.bench.stated().await;
    let of = |event_type: &str| {
        stated
            .iter()
            .filter(|event| event.event_type == event_type)
            .collect::<Vec<_>>()
    };
    let orders: BTreeSet<_> = of("order.placed")
        .into_iter()
        .map(|event| OrderPlaced::decode(event).unwrap().order_id)
        .collect();
    let reserved: u64 = of("inventory.reserved")
        .into_iter()
        .map(|event| InventoryReserved::decode(event).unwrap().items[0].quantity)
        .sum();
    let charged: BTreeSet<_> = shop
        .cards
        .charged()
        .into_iter()
        .map(|charged| charged.charge.order_id)
        .collect();
    let told: BTreeSet<_> = answers
        .iter()
        .filter(|answered| answered.status == 202)
        .map(|answered| answered.body["orderId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        (&orders, &orders),
        (&charged, &told),
        "who was charged has an order, and nobody else"
    );
    assert_eq!(shop.cards.charged().len(), orders.len(), "each once");
    assert_eq!(of("payment.processed").len(), orders.len());
    assert_eq!(
        (reserved, shop.stock().await[0]),
        (orders.len() as u64, MUGS - orders.len() as u64)
    );
    assert_eq!(of("order.refused").len(), CUSTOMERS - orders.len());
    assert_eq!(of("payment.refused").len(), count(answers, 402));
    let rows = shop.bench.rows(&CHECKOUTS).await;
    assert!(
        rows.iter().all(|row| row.get("pending").is_none()),
        "nothing is left unfinished"
    );
    orders.len()
}

#[tokio::test(start_paused = true)]
async fn five_hundred_checkouts_for_a_hundred_mugs_are_a_hundred_orders_and_charges_and_the_others_are_told_why()
 {
    let (shop, answers) = rush(seed(), |_| "tok_visa").await;
    assert_eq!(all_adds_up(&shop, &answers).await, 100);
    assert_eq!(count(&answers, 409), 400);
    for refused in answers.iter().filter(|answered| answered.status == 409) {
        assert_eq!(refused.body["errors"][0]["detail"], "mug is sold out");
    }
}

#[tokio::test(start_paused = true)]
async fn where_every_third_card_is_declined_charges_are_orders_and_the_stock_is_conserved() {
    let card = |number: usize| match number % 3 {
        0 => "tok_chargeDeclined",
        _ => "tok_visa",
    };
    let (shop, answers) = rush(seed(), card).await;
    let orders = all_adds_up(&shop, &answers).await;
    println!(
        "{orders} orders, {} declined, {} too late",
        count(&answers, 402),
        count(&answers, 409)
    );
    assert_eq!(orders + count(&answers, 402) + count(&answers, 409), CUSTOMERS);
}
