//! The bench: an embedded DynamoDB and a clock, on which consumers are put to work in the real runtime.

use std::{fmt, sync::Arc, time::Duration};

use aws_sdk_dynamodb::Client;
use serde_dynamo::aws_sdk_dynamodb_1::{from_items, to_item};
use serde_json::Value;
use tidings_aws::{
    Handler,
    event_store::{EventStore, Scan, Segment},
    http::Answers,
    personal::{Keyring, PersonKeys},
};
use tidings_bus::{EmbeddedDynamoDb, MasterKey};
use tidings_core::{
    Envelope, Event, Incoming as _,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Resource, SNAPSHOTS, Table},
    ports::ClaimCheck,
};

use crate::{
    Claims, Given, Worker,
    latency::Latency,
    time::{CountingEntropy, ManualClock},
};

/// Where consumers are put to work. Clones share everything.
///
/// What it does not do, it panics about: it is for tests.
#[derive(Clone)]
pub struct Bench {
    database: EmbeddedDynamoDb,
    dynamodb: Client,
    clock: Arc<ManualClock>,
    entropy: Arc<CountingEntropy>,
    claims: Option<Arc<Claims>>,
    master_key: Arc<MasterKey>,
}

impl Bench {
    /// A bench with the tables that all consumers share. Its clock stands at [`MOMENT`](crate::time::MOMENT).
    pub async fn open() -> Self {
        let clock: Arc<ManualClock> = Arc::default();
        let database = EmbeddedDynamoDb::in_memory_with_clock(clock.clone()).expect("SQLite starts");
        let bench = Self {
            dynamodb: database.client(),
            database,
            clock,
            entropy: Arc::default(),
            claims: Some(Arc::default()),
            master_key: Arc::new(MasterKey::random()),
        };
        for table in [&IDEMPOTENCY, &OUTBOX, &PERSON_KEYS] {
            bench.table(table).await;
        }
        bench
    }

    /// The bench without a store for the data of events that are too large for the topic.
    #[must_use]
    pub fn without_claims(self) -> Self {
        Self { claims: None, ..self }
    }

    /// Puts a consumer to work, with the tables that it says it uses. Call it once for each worker that is to compete.
    pub async fn worker(&self, consumer: impl Into<Handler>) -> Worker {
        let consumer = consumer.into();
        for table in consumer.declared().uses.iter().filter_map(Resource::table) {
            self.table(table).await;
        }
        Worker::new(self.clone(), consumer)
    }

    /// Makes a table, unless it is there.
    pub async fn table(&self, table: &Table) {
        self.database
            .create_table(table)
            .await
            .expect("the table can be made");
    }

    /// Puts an item into a table, before the events come.
    pub async fn put(&self, table: &Table, item: &Value) {
        self.table(table).await;
        let item = to_item(item).expect("an item is a JSON object");
        let put = self
            .dynamodb()
            .put_item()
            .table_name(table.name)
            .set_item(Some(item));
        put.send().await.expect("the item has the table's key");
    }

    /// The items of a table, sorted by their keys.
    pub async fn rows(&self, table: &Table) -> Vec<Value> {
        let scan = self
            .dynamodb()
            .scan()
            .table_name(table.name)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items = scan
            .collect::<Result<Vec<_>, _>>()
            .await
            .expect("the table is there");
        let mut rows: Vec<Value> = from_items(items).expect("items are JSON objects");
        let key =
            |row: &Value, name: Option<&str>| name.map(|name| row[name].as_str().map(ToOwned::to_owned));
        rows.sort_by_key(|row| (key(row, Some(table.partition_key)), key(row, table.sort_key)));
        rows
    }

    /// All events that were emitted: what is in the outbox, by aggregate and in its order. Personal values are sealed.
    pub async fn outbox(&self) -> Vec<Envelope> {
        let entries = self.rows(&OUTBOX).await;
        let envelopes = entries.iter().map(|entry| {
            let text = entry["envelope"].as_str().expect("an entry holds an envelope");
            Envelope::parse(text).expect("an entry holds an envelope")
        });
        envelopes.collect()
    }

    /// An event store with the bench's clock and chance.
    pub async fn events(&self) -> EventStore {
        self.table(&EVENTS).await;
        let events = EventStore::new(self.dynamodb(), EVENTS.name).with(self.clock(), self.entropy());
        events.with_keyring(Some(self.keyring()))
    }

    /// The same, with its snapshots.
    pub async fn events_with_snapshots(&self) -> EventStore {
        self.table(&SNAPSHOTS).await;
        self.events().await.with_snapshots(SNAPSHOTS.name)
    }

    /// The answers that are kept for requests with an `Idempotency-Key`, with the bench's clock.
    #[must_use]
    pub fn answers(&self) -> Answers {
        Answers::new(self.dynamodb(), IDEMPOTENCY.name).with(self.clock())
    }

    /// All events that are in the event store, by aggregate and in its order.
    ///
    /// # Panics
    /// When one of them cannot be read.
    pub async fn stated(&self) -> Vec<Envelope> {
        let events = self.events().await;
        let scan = Scan {
            segment: Segment::WHOLE,
            aggregate: None,
            page: None,
        };
        let (mut entries, mut from) = (Vec::new(), None);
        loop {
            let page = events.page(scan, from.as_ref()).await;
            let page = page.expect("the embedded DynamoDB answers");
            entries.extend(page.entries);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        entries.sort_by(|one, other| one.place.cmp(&other.place));
        let stated = entries.into_iter().map(|entry| entry.event);
        stated
            .collect::<Result<_, _>>()
            .expect("an entry holds an envelope")
    }

    /// The emitted events of this type, opened and read.
    pub async fn emitted<E: Event>(&self) -> Vec<E> {
        let outbox = self.outbox().await;
        let keyring = self.keyring();
        let mut emitted = Vec::new();
        for envelope in outbox
            .into_iter()
            .filter(|envelope| envelope.event_type == E::TYPE)
        {
            let envelope = keyring
                .open(envelope)
                .await
                .expect("an emitted event can be opened");
            emitted.push(E::decode(&envelope).expect("an emitted event can be read"));
        }
        emitted
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    /// A client of the real SDK on the embedded database, for handlers with one of their own.
    #[must_use]
    pub fn dynamodb(&self) -> Client {
        self.dynamodb.clone()
    }

    /// The bench, except that from here on each call to its database takes a while, so that what runs at once meets. A seed says how long;
    /// on tokio's paused clock (`#[tokio::test(start_paused = true)]`) it takes no time.
    #[must_use]
    pub fn with_latency(self, seed: u64) -> Self {
        let wire = Latency::before(self.database.connector(), seed);
        Self {
            dynamodb: Client::from_conf(EmbeddedDynamoDb::config(wire).build()),
            ..self
        }
    }

    /// Where the data of events is that are too large for the topic.
    ///
    /// # Panics
    /// When the bench has been told to have none.
    #[must_use]
    pub fn claims(&self) -> Arc<Claims> {
        self.claims.clone().expect("the bench has a store")
    }

    /// Given this event as it is published: its personal values are sealed.
    ///
    /// # Panics
    /// When it does not serialise to JSON, or has personal values and does not say whose; both are a bug of its type.
    pub async fn sealed<E: Event>(&self, event: &E) -> Given {
        let (event, id) = Given::stated(event);
        let sealed = self.keyring().seal(vec![event]).await;
        let mut sealed = sealed.expect("the bench's keys can be read");
        Given::from(sealed.remove(0)).id(id)
    }

    /// A keyring with nothing in its memory, as a new instance of a function has it, for publishers and stores that take one.
    #[must_use]
    pub fn keyring(&self) -> Arc<Keyring> {
        let (keys, wrap) = (self.person_keys(), self.master_key.clone());
        Arc::new(Keyring::new(keys, wrap, self.clock.clone(), self.entropy.clone()))
    }

    /// The keys of persons: to forget one.
    #[must_use]
    pub fn person_keys(&self) -> PersonKeys {
        PersonKeys::new(self.dynamodb(), PERSON_KEYS.name)
    }

    /// The clock, for handlers and publishers that take one.
    #[must_use]
    pub fn clock(&self) -> Arc<ManualClock> {
        self.clock.clone()
    }

    /// Chance, for publishers that take it.
    #[must_use]
    pub fn entropy(&self) -> Arc<CountingEntropy> {
        self.entropy.clone()
    }

    pub(crate) fn claim_check(&self) -> Option<Arc<dyn ClaimCheck>> {
        self.claims.clone().map(|claims| claims as _)
    }

    /// The database itself, for what polls its streams.
    #[must_use]
    pub fn database(&self) -> &EmbeddedDynamoDb {
        &self.database
    }
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bench")
    }
}
