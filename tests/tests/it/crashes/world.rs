//! A database that outlives whoever dies, and a topic that sees who publishes what.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::{
    dynamodb::Event,
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use orders::{Checkouts, checkout::CHECKOUTS, stock::STOCK};
use serde::Deserialize;
use storefront_providers::CardsInMemory;
use tidings_aws::{
    event_store::EventStore,
    personal::{Keyring, PersonKeys},
    relay::{Relay, Swept},
};
use tidings_bus::{EmbeddedDynamoDb, HandleStream, MasterKey, StreamPoller};
use tidings_core::{
    Envelope,
    catalogue::{EVENTS, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
    ports::{Publish, TransportError},
};
use tokio::task::yield_now;

use super::mortal::{Way, dies_at};

pub struct World {
    database: EmbeddedDynamoDb,
    topic: Arc<Topic>,
    master_key: Arc<MasterKey>,
    /// What is charged stays so, whoever has asked for it.
    pub cards: Arc<CardsInMemory>,
}

/// How many teas the shop has.
pub const TEAS: u64 = 10;

/// Notes what is published, and that nothing goes out before what precedes it in its aggregate.
#[derive(Default)]
pub struct Topic(Mutex<BTreeMap<String, Vec<u32>>>);

#[derive(Deserialize)]
struct Row {
    envelope: String,
    pending: Option<String>,
}

impl World {
    pub async fn new() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [&EVENTS, &PERSON_KEYS, &CHECKOUTS, &STOCK] {
            database.create_table(table).await.unwrap();
        }
        let put = database.client().put_item().table_name(STOCK.name);
        let put = put.item("sku", AttributeValue::S("tea".to_owned()));
        let put = put.item("available", AttributeValue::N(TEAS.to_string()));
        put.send().await.unwrap();
        Self {
            cards: Arc::default(),
            database,
            topic: Arc::default(),
            master_key: Arc::new(MasterKey::random()),
        }
    }

    /// DynamoDB, over a network with await points.
    fn dynamodb(&self) -> Client {
        let way = EmbeddedDynamoDb::config(Way(self.database.connector()));
        Client::from_conf(way.build())
    }

    /// The event store, with the keys of persons.
    pub fn events(&self) -> EventStore {
        let keyring = Keyring::new(
            PersonKeys::new(self.dynamodb(), PERSON_KEYS.name),
            self.master_key.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        );
        let events = EventStore::new(self.dynamodb(), EVENTS.name);
        events.with_keyring(Some(Arc::new(keyring)))
    }

    /// What checks out.
    pub fn checkouts(&self) -> Checkouts {
        let (events, cards) = (self.events(), self.cards.clone());
        Checkouts::new(events, self.dynamodb(), CHECKOUTS.name, STOCK.name, cards)
    }

    /// How many teas can be sold.
    pub async fn stock(&self) -> u64 {
        let rows = self.rows(STOCK.name).await;
        rows[0]["available"].as_n().unwrap().parse().unwrap()
    }

    /// How far the checkout is, if there is one.
    pub async fn phase(&self) -> Option<String> {
        let rows = self.rows(CHECKOUTS.name).await;
        assert!(rows.len() <= 1, "{rows:?}");
        rows.first().map(|row| row["phase"].as_s().unwrap().clone())
    }

    /// The types of the events that are committed, sorted.
    pub async fn told(&self) -> Vec<String> {
        let rows: Vec<Row> = serde_dynamo::from_items(self.rows(EVENTS.name).await).unwrap();
        let told = rows.iter().map(|row| Envelope::parse(&row.envelope).unwrap());
        let mut told: Vec<_> = told.map(|event| event.event_type.clone()).collect();
        told.sort();
        told
    }

    async fn rows(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        let scan = self.database.client().scan().table_name(table).send();
        scan.await.unwrap().items.unwrap_or_default()
    }

    pub fn relay(&self) -> Relay {
        Relay::new(self.events().outbox(), self.topic.clone(), Arc::new(SystemClock))
    }

    /// Hands the stream's records to a relay that dies at this point; whether it lived. A stream that `retries` hands them over again, to
    /// one that lives.
    pub async fn stream(&self, point: u32, retries: bool) -> bool {
        let mortal = Arc::new(Mortal {
            relay: self.relay(),
            point: Mutex::new(Some(point)),
            lived: Mutex::new(false),
        });
        let stream = StreamPoller::new(&self.database, &EVENTS, mortal.clone()).unwrap();
        stream.poll().await.unwrap();
        let lived = *mortal.lived.lock().unwrap();
        if retries {
            while stream.poll().await.unwrap() > 0 {}
        }
        lived
    }

    /// A sweep that dies at this point; none if it did.
    pub async fn sweep(&self, point: u32) -> Option<Swept> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let relay = self.relay();
        dies_at(point, relay.sweep(Duration::ZERO, Timestamp::MAX))
            .await
            .map(Result::unwrap)
    }

    /// What is committed: the events of each aggregate, and how many are to be published.
    pub async fn committed(&self) -> (BTreeMap<String, Vec<u32>>, usize) {
        let scan = self.database.client().scan().table_name(EVENTS.name).send();
        let rows: Vec<Row> = serde_dynamo::from_items(scan.await.unwrap().items.unwrap_or_default()).unwrap();
        let mut events: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for row in &rows {
            let event = Envelope::parse(&row.envelope).unwrap();
            let versions = events.entry(event.subject.clone().unwrap()).or_default();
            versions.push(event.aggregateversion.unwrap());
        }
        events.values_mut().for_each(|versions| versions.sort_unstable());
        (events, rows.iter().filter(|row| row.pending.is_some()).count())
    }

    /// What is published, each event once, in the order of its first publication.
    pub fn published(&self) -> BTreeMap<String, Vec<u32>> {
        self.topic.0.lock().unwrap().clone()
    }

    /// All that is committed is published, in order, and known to be.
    pub async fn all_is_published(&self) {
        let (committed, pending) = self.committed().await;
        assert_eq!(pending, 0);
        assert_eq!(self.published(), committed);
    }
}

#[async_trait]
impl Publish for Topic {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = Vec::new();
        for event in events {
            yield_now().await;
            {
                let mut out = self.0.lock().unwrap();
                let out = out.entry(event.subject.clone().unwrap()).or_default();
                let version = event.aggregateversion.unwrap();
                if !out.contains(&version) {
                    assert_eq!(
                        version as usize,
                        out.len() + 1,
                        "{event:?} goes out before its turn"
                    );
                    out.push(version);
                }
            }
            yield_now().await;
            results.push(Ok(()));
        }
        results
    }
}

struct Mortal {
    relay: Relay,
    /// Where the first invocation dies.
    point: Mutex<Option<u32>>,
    lived: Mutex<bool>,
}

#[async_trait]
impl HandleStream for Mortal {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let first = batch.records[0].change.sequence_number.clone();
        let point = self.point.lock().unwrap().take();
        let work = self.relay.handle(batch, Timestamp::MAX);
        if let Some(response) = dies_at(point.unwrap_or(u32::MAX), work).await {
            *self.lived.lock().unwrap() = true;
            return response;
        }
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = first;
        let mut response = DynamoDbEventResponse::default();
        response.batch_item_failures.push(failure);
        response
    }
}
