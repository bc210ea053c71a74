//! Many checkouts at once, in worlds that go wrong by a seed: requests and answers are lost, late or refused for a conflict, also the last
//! request of who has died; the provider's answers are lost, and callers come again, or never.
//!
//! It is the simulator's network, and the real checkout. What must hold in the end is what [`super::checkout`] shows at every single point.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{Client, config::retry::RetryConfig, types::AttributeValue};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use futures::future::join_all;
use jiff::SignedDuration;
use orders::{
    Checkouts, PlaceOrder,
    checkout::{CHECKOUTS, GRACE, Swept},
    stock::STOCK,
};
use serde_json::{Value, json};
use storefront_contracts::OrderPlaced;
use storefront_providers::CardsInMemory;
use tidings_aws::{
    event_store::EventStore,
    personal::{Keyring, PersonKeys},
};
use tidings_bus::{EmbeddedDynamoDb, MasterKey};
use tidings_core::{
    Clock as _, Envelope, Event as _,
    catalogue::{EVENTS, PERSON_KEYS},
};
use tidings_simulator::{Odds, chance::Chance, ledger::Ledger, live, network::Network, time::VirtualClock};
use tidings_testkit::{Answered, post};

/// Teas that the shop has, and callers that want some.
const TEAS: i64 = 12;
const CALLERS: u64 = 8;
/// How often a caller asks before it never comes again.
const PATIENCE: u64 = 12;
/// How likely the provider's next answer is lost.
const ANSWER_OF_THE_PROVIDER_LOST: f64 = 0.1;

struct World {
    chance: Arc<Chance>,
    clock: VirtualClock,
    ledger: Arc<Ledger>,
    network: Client,
    truth: Client,
    cards: Arc<CardsInMemory>,
    master_key: Arc<MasterKey>,
}

/// Whether a move of a checkout asks where it is.
#[derive(Clone, Copy, PartialEq)]
enum Moves {
    Conditional,
    /// The fault that the proof is proved with.
    Unconditional,
}

impl World {
    async fn build(seed: u64, moves: Moves) -> Self {
        let clock = VirtualClock::begin();
        let chance = Arc::new(Chance::seeded(seed));
        let ledger = Arc::new(Ledger::new(clock));
        let database = EmbeddedDynamoDb::in_memory_with_clock(Arc::new(clock)).unwrap();
        for table in [&EVENTS, &PERSON_KEYS, &CHECKOUTS, &STOCK] {
            database.create_table(table).await.unwrap();
        }
        let truth = database.client();
        let put = truth.put_item().table_name(STOCK.name);
        let put = put.item("sku", AttributeValue::S("tea".to_owned()));
        let put = put.item("available", AttributeValue::N(TEAS.to_string()));
        put.send().await.unwrap();
        let network = Network {
            database: match moves {
                Moves::Conditional => database.connector(),
                Moves::Unconditional => SharedHttpConnector::new(WhateverIsThere(database.connector())),
            },
            chance: chance.clone(),
            odds: Odds::ROUGH,
            mutant: None,
            ledger: ledger.clone(),
        };
        let network = EmbeddedDynamoDb::config(network).retry_config(RetryConfig::disabled());
        Self {
            chance,
            clock,
            ledger,
            network: Client::from_conf(network.build()),
            truth,
            cards: Arc::new(CardsInMemory::taking(Duration::from_millis(300))),
            master_key: Arc::new(MasterKey::random()),
        }
    }

    /// What checks out, in a function of its own: its clock is off by up to half a second.
    fn checkouts(&self) -> Checkouts {
        let skew = SignedDuration::from_millis(self.chance.below(1000) as i64 - 500);
        let clock = Arc::new(self.clock.skewed(skew));
        let keyring = Keyring::new(
            PersonKeys::new(self.network.clone(), PERSON_KEYS.name),
            self.master_key.clone(),
            clock.clone(),
            self.chance.clone(),
        );
        let events = EventStore::new(self.network.clone(), EVENTS.name)
            .with(clock.clone(), self.chance.clone())
            .with_keyring(Some(Arc::new(keyring)));
        let (dynamodb, cards) = (self.network.clone(), self.cards.clone());
        Checkouts::new(events, dynamodb, CHECKOUTS.name, STOCK.name, cards).with(clock, self.chance.clone())
    }

    /// A caller, with a key of its own: asks until it is answered for good, or does not come again.
    async fn caller(&self, number: u64) -> Option<Answered> {
        let declined = self.chance.hits(0.2);
        let order = json!({
            "email": "ada@example.com",
            "currency": "EUR",
            "card": if declined { "tok_chargeDeclined" } else { "tok_visa" },
            "items": [{ "sku": "tea", "name": "Tea", "quantity": 1 + self.chance.below(4), "unitPrice": 500 }],
        });
        tokio::time::sleep(Duration::from_millis(self.chance.below(3_000))).await;
        for _ in 0..self.chance.below(PATIENCE) {
            if self.chance.hits(ANSWER_OF_THE_PROVIDER_LOST) {
                self.cards.lose_answers(1);
            }
            let endpoint = PlaceOrder {
                checkouts: self.checkouts(),
            };
            let request = post(&order)
                .caller("u-1")
                .header("idempotency-key", &format!("k-{number}"));
            let answered = live(&self.chance, Odds::ROUGH.crash, request.to(&endpoint)).await;
            match answered {
                Some(answered) if [202, 402, 409].contains(&answered.status) => return Some(answered),
                Some(answered) => assert!([500, 503].contains(&answered.status), "{answered:?}"),
                None => {}
            }
            tokio::time::sleep(Duration::from_millis(self.chance.below(5_000))).await;
        }
        None
    }

    /// Sweeps until nothing is left; a sweeper may die.
    async fn swept(&self) {
        for _ in 0..100 {
            tokio::time::sleep(GRACE).await;
            let deadline = self.clock.now() + Duration::from_secs(60);
            let checkouts = self.checkouts();
            let swept = live(&self.chance, Odds::ROUGH.crash, checkouts.sweep(GRACE, deadline)).await;
            if matches!(swept, Some(Ok(swept)) if swept == Swept::default()) && self.phases().await.is_ended()
            {
                return;
            }
        }
    }

    async fn rows(&self, table: &str) -> Vec<BTreeMap<String, AttributeValue>> {
        let scan = self.truth.scan().table_name(table).send().await.unwrap();
        let rows = scan.items.unwrap_or_default();
        rows.into_iter().map(|row| row.into_iter().collect()).collect()
    }

    async fn phases(&self) -> Phases {
        let mut phases = Phases::default();
        for row in self.rows(CHECKOUTS.name).await {
            match row["phase"].as_s().unwrap().as_str() {
                "placed" => phases.placed += 1,
                "refused" => phases.refused += 1,
                _ => phases.open += 1,
            }
        }
        phases
    }

    /// The orders that are placed, and how many teas each has.
    async fn placed(&self) -> BTreeMap<String, i64> {
        let mut placed = BTreeMap::new();
        for row in self.rows(EVENTS.name).await {
            let event = Envelope::parse(row["envelope"].as_s().unwrap()).unwrap();
            if event.event_type == OrderPlaced::TYPE {
                let order: Value = serde_json::from_str(event.data()).unwrap();
                let lines = order["items"].as_array().unwrap().iter();
                let teas = lines.map(|line| line["quantity"].as_i64().unwrap()).sum();
                let twice = placed.insert(event.subject.clone().unwrap(), teas);
                assert_eq!(twice, None, "an order has one beginning");
            }
        }
        placed
    }

    /// What does not hold.
    async fn faults(&self, told: &[Option<Answered>]) -> Vec<String> {
        let mut faults: Vec<_> = self.ledger.violations().iter().map(ToString::to_string).collect();
        let (phases, placed) = (self.phases().await, self.placed().await);
        if phases.open > 0 || phases.placed != placed.len() {
            faults.push(format!("{phases:?}, and {} orders are placed", placed.len()));
        }
        let mut charged: Vec<_> = self
            .cards
            .charged()
            .into_iter()
            .map(|charged| charged.charge.order_id)
            .collect();
        charged.sort();
        if charged != placed.keys().cloned().collect::<Vec<_>>() {
            faults.push(format!("charged are {charged:?}, and placed {placed:?}"));
        }
        let left: i64 = self.rows(STOCK.name).await[0]["available"]
            .as_n()
            .unwrap()
            .parse()
            .unwrap();
        let sold: i64 = placed.values().sum();
        if left + sold != TEAS || left < 0 {
            faults.push(format!("{left} of {TEAS} teas are left, and {sold} are sold"));
        }
        for answered in told.iter().flatten().filter(|answered| answered.status == 202) {
            let order = answered.body["orderId"].as_str().unwrap_or_default();
            if !placed.contains_key(order) {
                faults.push(format!(
                    "a caller was told {answered:?}, and there is no such order"
                ));
            }
        }
        faults
    }
}

#[derive(Debug, Default)]
struct Phases {
    placed: usize,
    refused: usize,
    open: usize,
}

impl Phases {
    fn is_ended(&self) -> bool {
        self.open == 0
    }
}

/// What happened in the world of a seed: how many orders were placed, how many callers were refused, and what does not hold.
fn run(seed: u64, moves: Moves) -> (usize, usize, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        let world = World::build(seed, moves).await;
        let told = join_all((0..CALLERS).map(|number| world.caller(number))).await;
        world.swept().await;
        let phases = world.phases().await;
        (phases.placed, phases.refused, world.faults(&told).await)
    })
}

#[test]
fn whatever_goes_wrong_what_is_charged_is_placed_and_every_tea_is_left_or_sold() {
    let (mut placed, mut refused) = (0, 0);
    for seed in 0..60 {
        let (places, refuses, faults) = run(seed, Moves::Conditional);
        assert_eq!(faults, Vec::<String>::new(), "seed {seed}");
        placed += places;
        refused += refuses;
    }
    println!("{placed} orders placed, {refused} refused");
    assert!(placed > 100 && refused > 50);
}

#[test]
fn a_checkout_that_is_moved_on_wherever_it_is_is_noticed() {
    let noticed = (0..1_000).find_map(|seed| {
        let (_, _, faults) = run(seed, Moves::Unconditional);
        let of_money = |fault: &&String| fault.starts_with("charged") || fault.contains("teas are left");
        faults
            .iter()
            .find(of_money)
            .map(|fault| format!("seed {seed}: {fault}"))
    });
    println!("{}", noticed.expect("a fault that was put in"));
}

/// A database that is not asked where a checkout is when it is moved on.
#[derive(Debug)]
struct WhateverIsThere(SharedHttpConnector);

impl HttpConnector for WhateverIsThere {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let body: Option<Value> = request
            .body()
            .bytes()
            .and_then(|body| serde_json::from_slice(body).ok());
        if let Some(mut body) = body
            && let Some(items) = body["TransactItems"].as_array_mut()
        {
            let moves = items.iter_mut().map(|item| &mut item["Update"]);
            for update in moves.filter(|update| update["TableName"] == CHECKOUTS.name) {
                let update = update.as_object_mut().unwrap();
                update.remove("ConditionExpression");
                let values = update["ExpressionAttributeValues"].as_object_mut().unwrap();
                values.retain(|name, _| ![":id", ":from"].contains(&name.as_str()));
            }
            *request.body_mut() = body.to_string().into();
        }
        self.0.call(request)
    }
}
