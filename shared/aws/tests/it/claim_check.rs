//! Events that are too large for the topic: their data is kept in a store, and collected before the handler begins.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::{
    HandleBatch as _, Handled, Observe, Runtime, TableNames,
    claim_check::MOST_DATA_BYTES,
    idempotency::IdempotencyTable,
    message::{MOST_BYTES, bytes_of},
    runtime::Surroundings,
};
use tidings_bus::{Bus, Disorder, EmbeddedDynamoDb, MemoryClaimCheck, QueueSettings};
use tidings_core::{
    Consumer, Context, Effects, Envelope, Event, EventType, Failure, Incoming as _, Leased, Natural, Repeat,
    Transactional,
    catalogue::{Access, IDEMPOTENCY, OUTBOX, Resource, Table},
    clock::{SystemClock, SystemEntropy},
    consumer::guarantee,
    ports::{ClaimCheck, CollectError, Publish as _, TransportError},
    protocol::Status,
};
use tidings_testkit::{Bench, Ended, given, raw};

/// A book is asked for, and printed in so many letters.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ordered {
    id: String,
    letters: usize,
}

impl Event for Ordered {
    const TYPE: &'static str = "book.ordered";
    const AGGREGATE: &'static str = "book";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Printed {
    id: String,
    text: String,
}

impl Event for Printed {
    const TYPE: &'static str = "book.printed";
    const AGGREGATE: &'static str = "book";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

impl Printed {
    fn of(letters: usize) -> Self {
        Self {
            id: "b-1".into(),
            text: "x".repeat(letters),
        }
    }
}

const SHELF: Table = Table::new("shelf", "press", "id");

macro_rules! consumer {
    ($name:ident, $text:literal, $event:ty, $guarantee:ident, [$($emits:ty),*]) => {
        impl Consumer for $name {
            const NAME: &'static str = $text;
            const SERVICE: &'static str = "press";
            const USES: &'static [Resource] = &[Resource::Table(&SHELF, Access::Write)];
            const PUBLISHES: &'static [EventType] = &[$(<$emits>::EVENT_TYPE),*];
            type Event = $event;
            type Guarantee = guarantee::$guarantee;
        }
    };
}

/// Transactional: emits the whole book.
struct Print;
consumer!(Print, "print-book", Ordered, Transactional, [Printed]);

impl Transactional for Print {
    fn decide(&self, ordered: Ordered, _: &Context) -> Result<Effects, Failure> {
        let printed = Printed {
            id: ordered.id.clone(),
            text: "x".repeat(ordered.letters),
        };
        let effects = Effects::none().add(&SHELF, &json!({ "id": ordered.id }), &[("printed", 1)])?;
        Ok(effects.emit(&printed, 1)?)
    }
}

/// Leased: has the book printed outside, and emits it.
#[derive(Clone, Default)]
struct HavePrinted(Arc<AtomicUsize>);
consumer!(HavePrinted, "have-book-printed", Ordered, Leased, [Printed]);

impl Leased for HavePrinted {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, ordered: Ordered, _: &Context) -> Result<Effects, Failure> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Effects::none().emit(
            &Printed {
                id: ordered.id,
                text: "x".repeat(ordered.letters),
            },
            1,
        )?)
    }
}

/// Transactional: counts the letters.
struct Count;
consumer!(Count, "count-letters", Printed, Transactional, []);

impl Transactional for Count {
    fn decide(&self, printed: Printed, _: &Context) -> Result<Effects, Failure> {
        let letters = printed.text.len() as i64;
        Ok(Effects::none().add(&SHELF, &json!({ "id": printed.id }), &[("letters", letters)])?)
    }
}

/// Leased: reads the book.
#[derive(Clone, Default)]
struct Read(Arc<AtomicUsize>);
consumer!(Read, "read-book", Printed, Leased, []);

impl Leased for Read {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, printed: Printed, _: &Context) -> Result<Effects, Failure> {
        self.0.fetch_add(printed.text.len(), Ordering::Relaxed);
        Ok(Effects::none())
    }
}

/// Natural: looks at the book.
#[derive(Clone, Default)]
struct Look(Arc<AtomicUsize>);
consumer!(Look, "look-at-book", Printed, Natural, []);

impl Natural for Look {
    async fn perform(&self, printed: Printed, _: &Context) -> Result<(), Failure> {
        self.0.fetch_add(printed.text.len(), Ordering::Relaxed);
        Ok(())
    }
}

fn ordered(letters: usize) -> Ordered {
    Ordered {
        id: "b-1".into(),
        letters,
    }
}

/// A bench with a large `book.printed` in its outbox, as it is published.
async fn printed(letters: usize) -> (Bench, Envelope) {
    let bench = Bench::open().await;
    let press = bench.worker(Print).await;
    assert_eq!(press.deliver([given(&ordered(letters))]).await, [Ended::Done]);
    let [event] = bench.outbox().await.try_into().unwrap();
    (bench, event)
}

#[tokio::test]
async fn a_large_event_is_committed_without_its_data_and_handled_with_it_by_each_guarantee() {
    let (bench, event) = printed(300_000).await;
    assert!(event.is_light() && bytes_of(&event) < 2_000, "{event:?}");
    assert_eq!(bench.claims().deposits(), 1);

    let count = bench.worker(Count).await;
    assert_eq!(count.deliver([event.clone()]).await, [Ended::Done]);
    let shelf = [json!({ "id": "b-1", "printed": 1, "letters": 300_000 })];
    assert_eq!(bench.rows(&SHELF).await, shelf);

    let (read, look) = (Read::default(), Look::default());
    assert_eq!(
        bench.worker(read.clone()).await.deliver([event.clone()]).await,
        [Ended::Done]
    );
    assert_eq!(
        bench.worker(look.clone()).await.deliver([event]).await,
        [Ended::Done]
    );
    assert_eq!(read.0.load(Ordering::Relaxed), 300_000);
    assert_eq!(look.0.load(Ordering::Relaxed), 300_000);
}

#[tokio::test]
async fn a_leased_consumers_large_event_is_lightened_too() {
    let bench = Bench::open().await;
    let press = bench.worker(HavePrinted::default()).await;
    assert_eq!(press.deliver([given(&ordered(300_000))]).await, [Ended::Done]);
    let [event] = bench.outbox().await.try_into().unwrap();
    assert!(event.is_light());
    assert_eq!(
        bench.worker(Count).await.deliver([event]).await,
        [Ended::Done],
        "its data is there"
    );
}

#[tokio::test]
async fn what_is_in_the_outbox_always_fits_into_a_message_and_into_an_item() {
    for letters in [
        MOST_BYTES - 2_000,
        MOST_BYTES - 100,
        MOST_BYTES,
        400 * 1024,
        MOST_DATA_BYTES - 100,
    ] {
        let (bench, event) = printed(letters).await;
        assert!(bytes_of(&event) <= MOST_BYTES, "{letters} letters");
        let text = bench.rows(&OUTBOX).await[0]["envelope"].as_str().unwrap().len();
        assert!(text <= MOST_BYTES, "{letters} letters");
    }
    let (_, small) = printed(MOST_BYTES - 2_000).await;
    assert!(!small.is_light(), "what fits travels whole");
}

#[tokio::test]
async fn an_event_that_is_too_large_for_everything_is_set_aside_with_its_sizes() {
    let press = Bench::open().await.worker(Print).await;
    let ended = press.deliver([given(&ordered(MOST_DATA_BYTES + 1))]).await;
    let reason = ended[0].reason();
    assert!(matches!(ended[0], Ended::SetAside { .. }), "{ended:?}");
    assert!(
        reason.contains("the topic takes 262144; its data has 62914"),
        "{reason}"
    );
}

#[tokio::test]
async fn without_a_store_a_large_event_is_set_aside_and_nothing_is_written() {
    let bench = Bench::open().await.without_claims();
    let press = bench.worker(Print).await;
    let ended = press.deliver([given(&ordered(300_000))]).await;
    assert!(matches!(ended[0], Ended::SetAside { .. }), "{ended:?}");
    let reason = ended[0].reason();
    assert!(
        reason.starts_with("book.printed has 300") && reason.contains("CLAIM_CHECK_BUCKET"),
        "{reason}"
    );
    assert!(bench.rows(&SHELF).await.is_empty() && bench.outbox().await.is_empty());

    let (_, event) = printed(300_000).await;
    let ended = bench.worker(Count).await.deliver([event]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains("CLAIM_CHECK_BUCKET")),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_reference_to_elsewhere_is_not_followed_and_the_dead_letter_is_the_body_as_it_came() {
    let (bench, event) = printed(300_000).await;
    let kept = event.dataref.clone().unwrap();
    let body = event.to_json().replace(&kept, "s3://a-bucket-of-others/secret");
    let count = bench.worker(Count).await;
    let ended = count.deliver([raw(body.clone())]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains("s3://a-bucket-of-others/secret"))
    );
    assert_eq!(count.dead_letters()[0].body, body);
}

#[tokio::test]
async fn an_event_whose_data_is_gone_is_set_aside() {
    let (bench, event) = printed(300_000).await;
    bench.claims().expire();
    let ended = bench.worker(Read::default()).await.deliver([event]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.starts_with("the event's data cannot be collected")),
        "{ended:?}"
    );
}

#[tokio::test]
async fn an_event_comes_back_while_the_store_is_down_and_is_handled_afterwards() {
    let (bench, event) = printed(300_000).await;
    let read = Read::default();
    let workers = (bench.worker(read.clone()).await, bench.worker(Count).await);
    bench.claims().is_down(true);
    let down = "the event's data was not collected: the store is down";
    assert_eq!(workers.0.deliver([event.clone()]).await, [Ended::back(1, down)]);
    assert_eq!(workers.1.deliver([event.clone()]).await, [Ended::back(1, down)]);
    let record = workers.0.record(&event).await.unwrap();
    assert_eq!((record.status, record.attempts), (Status::InProgress, 1));

    bench.claims().is_down(false);
    assert_eq!(workers.0.deliver([event.clone()]).await, [Ended::Done]);
    assert_eq!(workers.1.deliver([event]).await, [Ended::Done]);
    assert_eq!(read.0.load(Ordering::Relaxed), 300_000);
}

#[tokio::test]
async fn nothing_is_committed_while_the_data_cannot_be_kept() {
    let bench = Bench::open().await;
    let press = bench.worker(Print).await;
    bench.claims().is_down(true);
    let event = given(&ordered(300_000));
    assert_eq!(
        press.deliver([&event]).await,
        [Ended::back(1, "the store is down")]
    );
    assert!(bench.rows(&SHELF).await.is_empty() && bench.outbox().await.is_empty());
    bench.claims().is_down(false);
    assert_eq!(press.deliver([&event]).await, [Ended::Done]);
    assert_eq!(bench.outbox().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_leased_effect_is_not_repeated_because_the_store_was_down_for_a_moment() {
    let bench = Bench::open().await;
    let press = HavePrinted::default();
    let worker = bench.worker(press.clone()).await;
    let claims = bench.claims();
    claims.is_down(true);
    let up = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        claims.is_down(false);
    };
    let (ended, ()) = tokio::join!(worker.deliver([given(&ordered(300_000))]), up);
    assert_eq!(ended, [Ended::Done]);
    assert_eq!(press.0.load(Ordering::Relaxed), 1);
    assert_eq!(bench.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_duplicate_costs_a_leased_consumer_no_read() {
    let (bench, event) = printed(300_000).await;
    let read = bench.worker(Read::default()).await;
    assert_eq!(read.deliver([event.clone()]).await, [Ended::Done]);
    assert_eq!(read.deliver([event]).await, [Ended::Duplicate]);
    assert_eq!(bench.claims().reads(), 1);
}

#[tokio::test]
async fn where_data_and_reference_are_both_there_the_data_counts() {
    let (bench, event) = printed(300_000).await;
    let both = event
        .to_json()
        .replacen('{', r#"{"data":{"id":"b-1","text":"ab"},"#, 1);
    assert_eq!(
        bench.worker(Count).await.deliver([raw(both)]).await,
        [Ended::Done]
    );
    assert_eq!(bench.rows(&SHELF).await[0]["letters"], 2);
    assert_eq!(bench.claims().reads(), 0);
}

/// A store that hangs, or panics.
enum Broken {
    Hangs,
    Panics,
}

#[async_trait]
impl ClaimCheck for Broken {
    async fn deposit(&self, _: &str, _: &str) -> Result<String, TransportError> {
        Err(TransportError("broken".into()))
    }

    async fn collect(&self, _: &str) -> Result<String, CollectError> {
        match self {
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("broken"),
        }
    }
}

struct Nobody;

impl Observe for Nobody {
    fn handled(&self, _: &Handled<'_>) {}
}

async fn surroundings(claim_check: Arc<dyn ClaimCheck>) -> Surroundings {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&IDEMPOTENCY).await.unwrap();
    Surroundings {
        records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
        tables: TableNames::default(),
        outbox: None,
        claim_check: Some(claim_check),
        replies: None,
        keyring: None,
        postpone: None,
        dead_letters: None,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        observe: Arc::new(Nobody),
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_or_panics_fails_its_own_record_and_releases_it() {
    let (_, event) = printed(300_000).await;
    for broken in [Broken::Hangs, Broken::Panics] {
        let surroundings = surroundings(Arc::new(broken)).await;
        let records = surroundings.records.clone();
        let runtime = Runtime::new(Read::default(), surroundings);
        let mut batch = aws_lambda_events::sqs::SqsEvent::default();
        let mut message = aws_lambda_events::sqs::SqsMessage::default();
        message.message_id = Some("m".into());
        message.body = Some(event.to_json());
        batch.records = vec![message];
        let deadline = jiff::Timestamp::now() + Duration::from_secs(10);
        let response = runtime.handle(batch, deadline).await;
        assert_eq!(response.batch_item_failures.len(), 1);
        let key = tidings_aws::idempotency::Key {
            event: event.key(),
            consumer: Read::NAME,
        };
        let record = records.get(&key).await.unwrap().unwrap();
        assert!(
            record.lease_until <= jiff::Timestamp::now(),
            "nothing was begun: the lease has ended"
        );
    }
}

#[tokio::test]
async fn the_bus_brings_a_large_event_as_the_topic_would() {
    let event = given(&Printed::of(300_000)).envelope();
    let bus = || Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let refused = bus().publish(std::slice::from_ref(&event)).await.remove(0);
    assert!(refused.unwrap_err().0.contains("CLAIM_CHECK_BUCKET"));

    let store = Arc::new(MemoryClaimCheck::default());
    let bus = bus().with_claim_check(store.clone());
    let look = Look::default();
    let queue = QueueSettings {
        visibility_timeout: Duration::from_secs(60),
        max_receive_count: 5,
        batch_size: 10,
        maximum_concurrency: 1,
        timeout: Duration::from_secs(10),
        disorder: Disorder::NONE,
    };
    let subscription = bus.subscribe(Look::NAME, Printed::takes(), queue);
    subscription.consume(Arc::new(Runtime::new(look.clone(), surroundings(store).await)));
    let small = given(&Printed::of(10)).id("small").envelope();
    let published = bus.publish(&[event, small]).await;
    assert!(published.iter().all(Result::is_ok), "{published:?}");
    bus.settled().await;
    assert_eq!(look.0.load(Ordering::Relaxed), 300_010);
}
