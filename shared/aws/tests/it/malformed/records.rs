//! Reading SQS records: whatever their body, ids and attributes are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use proptest::{prelude::*, test_runner::TestRunner};
use serde::{Deserialize, Serialize};
use tidings_aws::{
    HandleBatch as _, Handled, Observe, Runtime, TableNames, idempotency::IdempotencyTable, observe::Verdict,
    runtime::Surroundings,
};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Clock as _, Consumer, Context, Effects, Event, Failure, Transactional,
    catalogue::IDEMPOTENCY,
    clock::{SystemClock, SystemEntropy},
    consumer::guarantee,
    ports::{DeadLetter, DeadLetters, TransportError},
};

use super::{
    bodies::{CORPUS, bodies},
    cases,
};

#[derive(Serialize, Deserialize)]
struct Poked {
    id: String,
    deed: Deed,
}

#[derive(Serialize, Deserialize)]
enum Deed {
    Work,
}

impl Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

struct NoticeBear;

impl Consumer for NoticeBear {
    const NAME: &'static str = "notice-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for NoticeBear {
    fn decide(&self, _: Poked, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none())
    }
}

/// Keeps what it is told, and every dead letter.
#[derive(Default)]
struct Seen {
    verdicts: Mutex<Vec<(Verdict, Option<String>)>>,
    letters: Mutex<Vec<DeadLetter>>,
}

impl Observe for Seen {
    fn handled(&self, handled: &Handled<'_>) {
        let reason = handled.reason.map(ToOwned::to_owned);
        self.verdicts.lock().unwrap().push((handled.verdict, reason));
    }
}

#[async_trait]
impl DeadLetters for Seen {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        self.letters.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

struct Zoo {
    runtime: Runtime,
    seen: Arc<Seen>,
}

impl Zoo {
    async fn open() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        database.create_table(&IDEMPOTENCY).await.unwrap();
        let seen: Arc<Seen> = Arc::default();
        let surroundings = Surroundings {
            records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
            tables: TableNames::default(),
            outbox: None,
            claim_check: None,
            replies: None,
            keyring: None,
            postpone: None,
            dead_letters: Some(seen.clone()),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            observe: seen.clone(),
        };
        let runtime = Runtime::new(NoticeBear, surroundings);
        Self { runtime, seen }
    }

    /// Hands over a batch, and looks at how each of its messages ended.
    async fn handle(&self, messages: Vec<SqsMessage>) -> Result<(), TestCaseError> {
        let count = messages.len();
        let ids: Vec<String> = messages
            .iter()
            .map(|message| message.message_id.clone().unwrap_or_default())
            .collect();
        let mut event = SqsEvent::default();
        event.records = messages;
        let deadline = SystemClock.now() + Duration::from_secs(10);
        let response = self.runtime.handle(event, deadline).await;

        let verdicts = std::mem::take(&mut *self.seen.verdicts.lock().unwrap());
        let letters = std::mem::take(&mut *self.seen.letters.lock().unwrap());
        prop_assert_eq!(verdicts.len(), count, "each message has its verdict");
        for failure in &response.batch_item_failures {
            prop_assert!(
                ids.contains(&failure.item_identifier),
                "only what was in the batch is named"
            );
        }
        let of = |wanted| verdicts.iter().filter(|(verdict, _)| *verdict == wanted).count();
        let back = of(Verdict::Failed) + of(Verdict::InFlight);
        prop_assert_eq!(response.batch_item_failures.len(), back, "{:?}", verdicts);
        let waits = |(verdict, reason): &&(Verdict, Option<String>)| {
            let stands = ["behind a message of its group", "waits behind"];
            let reason = reason.as_deref().unwrap_or_default();
            *verdict == Verdict::Failed && stands.iter().any(|stands| reason.starts_with(stands))
        };
        let waiting = verdicts.iter().filter(waits);
        let nothing_else = "nothing is worth another try here, but what a letter of its group stands before";
        prop_assert_eq!(back, waiting.count(), "{}: {:?}", nothing_else, verdicts);
        prop_assert_eq!(letters.len(), of(Verdict::SetAside));
        prop_assert!(letters.iter().all(|letter| !letter.reason.is_empty()));
        Ok(())
    }
}

fn message(
    body: Option<String>,
    id: Option<String>,
    attributes: HashMap<String, String>,
    arn: Option<String>,
) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.body = body;
    message.message_id = id;
    message.attributes = attributes;
    message.event_source_arn = arn;
    message
}

fn messages() -> impl Strategy<Value = SqsMessage> {
    let numbers = prop_oneof![
        Just("1".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("9223372036854775807".to_owned()),
        any::<String>(),
    ];
    let names = prop::sample::select(vec![
        "ApproximateReceiveCount",
        "SentTimestamp",
        "MessageGroupId",
        "ApproximateFirstReceiveTimestamp",
        "AWSTraceHeader",
    ]);
    let attributes = prop::collection::hash_map(names.prop_map(ToOwned::to_owned), numbers, 0..5);
    let arns = prop::sample::select(vec![
        "arn:aws:sqs:eu-central-1:000000000000:bears.fifo",
        "bears",
        "",
    ]);
    let ids = prop::option::of(prop::sample::select(vec!["1", "2", ""]));
    (
        prop::option::weighted(0.95, bodies()),
        ids.prop_map(|id| id.map(ToOwned::to_owned)),
        attributes,
        prop::option::of(arns.prop_map(ToOwned::to_owned)),
    )
        .prop_map(|(body, id, attributes, arn)| message(body, id, attributes, arn))
}

#[tokio::test]
async fn every_malformed_body_is_set_aside_with_its_cause_or_done() {
    let zoo = Zoo::open().await;
    for body in &*CORPUS {
        let one = message(Some(body.clone()), Some("1".to_owned()), HashMap::new(), None);
        let ended = zoo.handle(vec![one]).await;
        ended.unwrap_or_else(|error| panic!("{body}: {error}"));
    }
}

#[test]
fn no_record_makes_the_runtime_panic_or_fails_another() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let zoo = runtime.block_on(Zoo::open());
    let batches = prop::collection::vec(messages(), 0..10);
    TestRunner::new(cases(1500, 20))
        .run(&batches, |batch| runtime.block_on(zoo.handle(batch)))
        .unwrap();
}
