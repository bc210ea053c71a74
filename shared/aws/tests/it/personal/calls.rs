//! What it costs: nothing for an event without personal values, and the keys of a batch are read together.

use std::sync::{Arc, Mutex};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use tidings_aws::{
    HandleBatch as _, Runtime, TableNames,
    idempotency::IdempotencyTable,
    log::Log,
    personal::{Keyring, PersonKeys},
    runtime::Surroundings,
};
use tidings_bus::{EmbeddedDynamoDb, MasterKey};
use tidings_core::{
    Clock as _, Consumer, Context, Envelope, Event, Failure, Natural, Outgoing,
    catalogue::{Access, IDEMPOTENCY, PERSON_KEYS, Resource},
    causation::originate,
    clock::{SystemClock, SystemEntropy},
    consumer::guarantee,
};

use super::guests::{CheckedIn, GuestEvent, checked_in, extended, origin};

/// Notes the operation of every request.
#[derive(Debug, Clone)]
struct Counting {
    to: SharedHttpConnector,
    seen: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Counting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.seen.lock().unwrap().push(operation);
        self.to.call(request)
    }
}

/// Reads every name.
struct ReadNames;

impl Consumer for ReadNames {
    const NAME: &'static str = "read-names";
    const SERVICE: &'static str = "hotel";
    const USES: &'static [Resource] = &[Resource::Personal(Access::Read)];
    type Event = GuestEvent;
    type Guarantee = guarantee::Natural;
}

impl Natural for ReadNames {
    async fn perform(&self, event: GuestEvent, _: &Context) -> Result<(), Failure> {
        match event {
            GuestEvent::CheckedIn(CheckedIn { name, .. }) => name.read().map(drop).map_err(Failure::from),
            GuestEvent::Extended(_) => Ok(()),
        }
    }
}

struct Watched {
    database: EmbeddedDynamoDb,
    seen: Arc<Mutex<Vec<String>>>,
    master_key: Arc<MasterKey>,
}

impl Watched {
    async fn open() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [&IDEMPOTENCY, &PERSON_KEYS] {
            database.create_table(table).await.unwrap();
        }
        Self {
            database,
            seen: Arc::default(),
            master_key: Arc::new(MasterKey::random()),
        }
    }

    fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let counting = Counting {
            to: self.database.connector(),
            seen: self.seen.clone(),
        };
        aws_sdk_dynamodb::Client::from_conf(EmbeddedDynamoDb::config(counting).build())
    }

    fn keyring(&self) -> Arc<Keyring> {
        Arc::new(Keyring::new(
            PersonKeys::new(self.dynamodb(), PERSON_KEYS.name),
            self.master_key.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        ))
    }

    fn worker(&self) -> Runtime {
        let surroundings = Surroundings {
            records: IdempotencyTable::new(self.dynamodb(), IDEMPOTENCY.name),
            tables: TableNames::default(),
            outbox: None,
            claim_check: None,
            keyring: Some(self.keyring()),
            replies: None,
            postpone: None,
            dead_letters: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            observe: Arc::new(Log),
        };
        Runtime::new(ReadNames, surroundings)
    }

    /// Delivers these events as one batch, none of which may come back; answers the requests that it took.
    async fn delivered(&self, worker: &Runtime, events: &[Envelope]) -> Vec<String> {
        let message = |(number, event): (usize, &Envelope)| {
            let mut message = SqsMessage::default();
            message.message_id = Some(number.to_string());
            message.body = Some(event.to_json());
            message
        };
        let mut batch = SqsEvent::default();
        batch.records = events.iter().enumerate().map(message).collect();
        self.seen.lock().unwrap().clear();
        let deadline = SystemClock.now() + std::time::Duration::from_secs(60);
        let response = worker.handle(batch, deadline).await;
        assert!(response.batch_item_failures.is_empty(), "{response:?}");
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

async fn stated<E: Event>(event: &E) -> Envelope {
    originate(Outgoing::new(event, 1).unwrap(), origin())
}

#[tokio::test]
async fn the_keys_of_a_batch_are_read_in_one_call_and_then_known() {
    let watched = Watched::open().await;
    let mut events = Vec::new();
    for guest in 0..10 {
        events.push(stated(&checked_in(&format!("g-{guest}"), "Paddington", "marmalade")).await);
    }
    let sealed = watched.keyring().seal(events).await.unwrap();
    let made: Vec<_> = std::mem::take(&mut *watched.seen.lock().unwrap());
    assert_eq!(
        made.iter()
            .filter(|operation| *operation == "BatchGetItem")
            .count(),
        1
    );
    assert_eq!(
        made.iter().filter(|operation| *operation == "PutItem").count(),
        10
    );
    assert_eq!(made.len(), 11);

    let worker = watched.worker();
    assert_eq!(watched.delivered(&worker, &sealed).await, ["BatchGetItem"]);
    assert!(watched.delivered(&worker, &sealed).await.is_empty());
}

#[tokio::test]
async fn an_event_without_personal_values_costs_nothing() {
    let watched = Watched::open().await;
    let keyring = watched.keyring();
    let events = keyring.seal(vec![stated(&extended("g-1")).await]).await.unwrap();
    assert!(watched.delivered(&watched.worker(), &events).await.is_empty());
    assert_eq!(keyring.open(events[0].clone()).await.unwrap(), events[0]);
    assert!(watched.seen.lock().unwrap().is_empty());
}
