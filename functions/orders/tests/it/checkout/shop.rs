//! A shop with a stock and a provider of cards.

use std::sync::Arc;

use orders::{Checkouts, PlaceOrder, checkout::CHECKOUTS, stock::STOCK};
use serde_json::{Value, json};
use storefront_providers::{CardsInMemory, ChargeCards};
use tidings_core::catalogue::EVENTS;
use tidings_testkit::{Answered, Bench, Call, post};

pub struct Shop {
    pub bench: Bench,
    pub cards: Arc<CardsInMemory>,
}

impl Shop {
    /// A shop that has so many mugs and teas.
    pub async fn with(mugs: u64, teas: u64) -> Self {
        Self::on(Bench::open().await, Arc::default(), mugs, teas).await
    }

    pub async fn on(bench: Bench, cards: Arc<CardsInMemory>, mugs: u64, teas: u64) -> Self {
        for table in [&EVENTS, &CHECKOUTS] {
            bench.table(table).await;
        }
        for (sku, pieces) in [("mug", mugs), ("tea", teas)] {
            bench
                .put(&STOCK, &json!({ "sku": sku, "available": pieces }))
                .await;
        }
        Self { bench, cards }
    }

    pub async fn checkouts(&self) -> Checkouts {
        self.checkouts_with(self.cards.clone()).await
    }

    pub async fn checkouts_with(&self, cards: Arc<dyn ChargeCards>) -> Checkouts {
        let (bench, events) = (&self.bench, self.bench.events().await);
        let checkouts = Checkouts::new(events, bench.dynamodb(), CHECKOUTS.name, STOCK.name, cards);
        checkouts.with(bench.clock(), bench.entropy())
    }

    /// Checks out under this key.
    pub async fn order(&self, key: &str, card: &str, mugs: u32, teas: u32) -> Answered {
        let checkouts = self.checkouts().await;
        request(key, card, mugs, teas).to(&PlaceOrder { checkouts }).await
    }

    /// How many mugs and teas can be sold.
    pub async fn stock(&self) -> [u64; 2] {
        let rows = self.bench.rows(&STOCK).await;
        [0, 1].map(|row: usize| rows[row]["available"].as_u64().unwrap())
    }

    /// The types of the events that are stated, sorted.
    pub async fn told(&self) -> Vec<String> {
        let stated = self.bench.stated().await;
        let mut told: Vec<_> = stated.into_iter().map(|event| event.event_type.clone()).collect();
        told.sort();
        told
    }

    /// The item of the only checkout.
    pub async fn checkout(&self) -> Value {
        let [row] = self
            .bench
            .rows(&CHECKOUTS)
            .await
            .try_into()
            .expect("one checkout");
        row
    }
}

/// What is told when an order is placed.
pub const PLACED: [&str; 3] = ["inventory.reserved", "order.placed", "payment.processed"];

/// A request for so many mugs (of 10.00) and teas (of 5.00), teas on two lines.
pub fn request(key: &str, card: &str, mugs: u32, teas: u32) -> Call {
    let line = |sku: &str, quantity: u32, price: u32| json!({ "sku": sku, "name": sku, "quantity": quantity, "unitPrice": price });
    let lines = [
        ("mug", mugs, 1000),
        ("tea", teas / 2, 500),
        ("tea", teas - teas / 2, 500),
    ];
    let lines = lines.into_iter().filter(|(_, quantity, _)| *quantity > 0);
    let items: Vec<_> = lines
        .map(|(sku, quantity, price)| line(sku, quantity, price))
        .collect();
    let body = json!({ "email": "ada@example.com", "currency": "EUR", "card": card, "items": items });
    post(&body).caller("u-1").header("idempotency-key", key)
}
