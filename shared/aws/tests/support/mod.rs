//! A consumer at work on an embedded DynamoDB, with a clock, a queue and a dead-letter queue that a test can see into.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::{
    HandleBatch, Handled, Observe, Run, Runtime, TableNames,
    idempotency::{IdempotencyTable, Key},
    observe::Verdict,
    outbox::Outbox,
    runtime::Surroundings,
};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Clock, Consumer, Envelope, Event,
    catalogue::{IDEMPOTENCY, OUTBOX, Table},
    clock::SystemEntropy,
    ports::{DeadLetter, DeadLetters, Postpone, TransportError},
    protocol::Record,
};

/// The event of these tests; `deed` tells its consumer what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poked {
    pub id: String,
    #[serde(default)]
    pub deed: Deed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    #[default]
    Work,
    Panic,
    Transient,
    Permanent,
    Hang,
}

impl Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

/// Where effects are counted.
pub const EFFECTS: Table = Table {
    name: "effects",
    service: "zoo",
    partition_key: "id",
    sort_key: None,
    expiry: None,
    stream: false,
};

#[derive(Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(1_750_000_000_000 + self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// What the runtime told the transport and the observer.
#[derive(Default)]
pub struct Seen {
    pub postponed: Mutex<Vec<(String, Duration)>>,
    pub letters: Mutex<Vec<DeadLetter>>,
    pub verdicts: Mutex<Vec<(String, Verdict)>>,
    pub dead_letter_queue_down: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Postpone for Seen {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        self.postponed
            .lock()
            .unwrap()
            .push((receipt_handle.to_owned(), delay));
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for Seen {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        if self.dead_letter_queue_down.load(Ordering::Relaxed) {
            return Err(TransportError("the queue is down".into()));
        }
        self.letters.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

impl Observe for Seen {
    fn handled(&self, handled: &Handled<'_>) {
        let event = handled
            .envelope
            .map_or_else(String::new, |envelope| envelope.id.clone());
        self.verdicts.lock().unwrap().push((event, handled.verdict));
    }
}

/// A consumer type at work, as often as a test wants workers.
pub struct Zoo {
    pub dynamodb: Client,
    pub clock: Arc<ManualClock>,
    pub seen: Arc<Seen>,
    messages: AtomicU32,
}

impl Zoo {
    pub async fn open() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [&IDEMPOTENCY, &OUTBOX, &EFFECTS] {
            database.create_table(table).await.unwrap();
        }
        Self {
            dynamodb: database.client(),
            clock: Arc::default(),
            seen: Arc::default(),
            messages: AtomicU32::new(0),
        }
    }

    pub fn records(&self) -> IdempotencyTable {
        IdempotencyTable::new(self.dynamodb.clone(), IDEMPOTENCY.name)
    }

    pub fn worker<C: Consumer>(&self, consumer: C) -> Runtime<C>
    where
        C::Guarantee: Run<C>,
    {
        self.observed(consumer, self.seen.clone())
    }

    /// A worker that tells `observe` of its deliveries.
    pub fn observed<C: Consumer>(&self, consumer: C, observe: Arc<dyn Observe>) -> Runtime<C>
    where
        C::Guarantee: Run<C>,
    {
        let surroundings = Surroundings {
            records: self.records(),
            tables: TableNames::new([(EFFECTS.name, EFFECTS.name.to_owned())]),
            outbox: Some(Outbox::new(self.dynamodb.clone(), OUTBOX.name)),
            postpone: Some(self.seen.clone()),
            dead_letters: Some(self.seen.clone()),
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy),
            observe,
        };
        Runtime::new(consumer, surroundings)
    }

    /// Hands over a batch with ten seconds to go; answers the ids of the messages that come back, sorted.
    pub async fn deliver(&self, worker: &dyn HandleBatch, messages: Vec<SqsMessage>) -> Vec<String> {
        self.deliver_within(worker, messages, Duration::from_secs(10))
            .await
    }

    pub async fn deliver_within(
        &self,
        worker: &dyn HandleBatch,
        messages: Vec<SqsMessage>,
        time: Duration,
    ) -> Vec<String> {
        let mut batch = SqsEvent::default();
        batch.records = messages;
        let response = worker.handle(batch, self.clock.now() + time).await;
        let mut back: Vec<_> = response
            .batch_item_failures
            .into_iter()
            .map(|f| f.item_identifier)
            .collect();
        back.sort();
        back
    }

    /// A message with this body; its id is `m<number>`, its receipt handle `r<number>`.
    pub fn message(&self, body: impl Into<String>) -> SqsMessage {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{number}"));
        message.receipt_handle = Some(format!("r{number}"));
        message.body = Some(body.into());
        let receives = ("ApproximateReceiveCount".to_owned(), "1".to_owned());
        message.attributes = [receives].into();
        message
    }

    /// A message with the event `id`.
    pub fn poke(&self, id: &str, deed: Deed) -> SqsMessage {
        self.message(event(id, &json!({ "id": id, "deed": deed })).to_json())
    }

    pub async fn record(&self, event_id: &str, consumer: &'static str) -> Option<Record> {
        let key = Key {
            event: format!("/woods#{event_id}"),
            consumer,
        };
        self.records().get(&key).await.unwrap()
    }

    /// How often the effect of an event happened.
    pub async fn effects(&self, event_id: &str) -> u32 {
        let id = AttributeValue::S(event_id.to_owned());
        let item = self
            .dynamodb
            .get_item()
            .table_name(EFFECTS.name)
            .key("id", id)
            .send()
            .await
            .unwrap()
            .item;
        item.map_or(0, |item| item["runs"].as_n().unwrap().parse().unwrap())
    }

    pub async fn outbox(&self) -> Vec<Envelope> {
        let entries = self
            .dynamodb
            .scan()
            .table_name(OUTBOX.name)
            .send()
            .await
            .unwrap()
            .items
            .unwrap_or_default();
        entries
            .iter()
            .map(|entry| Envelope::parse(entry["envelope"].as_s().unwrap()).unwrap())
            .collect()
    }
}

/// The event `id` from `/woods` with this data.
pub fn event(id: &str, data: &serde_json::Value) -> Envelope {
    let text =
        json!({ "specversion": "1.0", "id": id, "source": "/woods", "type": "bear.poked", "data": data });
    Envelope::parse(&text.to_string()).unwrap()
}
