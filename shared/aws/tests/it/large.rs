//! Sizes around what a message (256 KiB), an item (400 KB) and a transaction (4 MB) take: what fits is kept for good, and what does not is
//! refused with its sizes, before anything is written.

use std::sync::Arc;

use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::{
    event_store::{AsOf, Author, EventStore, Scan, Segment, WorkError},
    message::{MOST_BYTES, bytes_of},
    relay::{GRACE, Relay, TIMEOUT},
};
use tidings_core::{
    Aggregate, Clock as _, Command, Consumer, Context, Effects, Envelope, Event, EventType, Failure,
    Received, Transactional, Versioned,
    catalogue::{Access, EVENTS, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};
use tidings_testkit::{Bench, CapturingTopic, Ended, given, given_command};

const KIB: usize = 1024;
/// Bytes of text in an event, a command, an answer or an item.
const SIZES: [usize; 6] = [255 * KIB, 256 * KIB, 257 * KIB, 399 * KIB, 401 * KIB, 1024 * KIB];
/// Bytes of a letter.
const LETTER: &str = "ж";

fn text(bytes: usize) -> String {
    LETTER.repeat(bytes / LETTER.len())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Written {
    book: String,
    text: String,
}

impl Event for Written {
    const TYPE: &'static str = "book.written";
    const AGGREGATE: &'static str = "book";

    fn aggregate_id(&self) -> &str {
        &self.book
    }
}

impl Written {
    fn of(book: &str, bytes: usize) -> Self {
        Self {
            book: book.to_owned(),
            text: text(bytes),
        }
    }
}

/// All that was written.
#[derive(Debug, Clone, PartialEq, Default)]
struct Book(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("never")]
struct Never;

impl Aggregate for Book {
    const TYPE: &'static str = "book";
    type Event = Written;
    type Command = Written;
    type Refusal = Never;

    fn decide(&self, written: &Written) -> Result<Vec<Written>, Never> {
        Ok(vec![written.clone()])
    }

    fn evolve(self, written: Written) -> Self {
        Self(self.0 + &written.text)
    }
}

/// Asks for so many events of so many bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    id: String,
    count: u32,
    bytes: usize,
}

impl Event for Asked {
    const TYPE: &'static str = "book.asked";
    const AGGREGATE: &'static str = "book";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

fn asked(count: u32, bytes: usize) -> Asked {
    Asked {
        id: "a".into(),
        count,
        bytes,
    }
}

/// Writes into the event store.
struct Write;

impl Consumer for Write {
    const NAME: &'static str = "write-book";
    const SERVICE: &'static str = "press";
    const USES: &'static [Resource] = &[Resource::Table(&EVENTS, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[Written::EVENT_TYPE];
    type Event = Asked;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for Write {
    fn decide(&self, asked: Asked, _: &Context) -> Result<Effects, Failure> {
        let mut effects = Effects::none();
        for version in 1..=asked.count {
            let there = Otherwise::Fail(Failure::permanent("it is there"));
            effects = effects.append(&Written::of(&asked.id, asked.bytes), version, there)?;
        }
        Ok(effects)
    }
}

/// Emits.
struct Tell;

impl Consumer for Tell {
    const NAME: &'static str = "tell-book";
    const SERVICE: &'static str = "press";
    const PUBLISHES: &'static [EventType] = &[Written::EVENT_TYPE];
    type Event = Asked;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for Tell {
    fn decide(&self, asked: Asked, _: &Context) -> Result<Effects, Failure> {
        let mut effects = Effects::none();
        for version in 1..=asked.count {
            effects = effects.emit(&Written::of(&asked.id, asked.bytes), version)?;
        }
        Ok(effects)
    }
}

const SHELF: Table = Table::new("shelf", "press", "book");

/// Keeps what was written as one item.
struct Shelve;

impl Consumer for Shelve {
    const NAME: &'static str = "shelve-book";
    const SERVICE: &'static str = "press";
    const USES: &'static [Resource] = &[Resource::Table(&SHELF, Access::Write)];
    type Event = Written;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for Shelve {
    fn decide(&self, written: Written, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none().put(&SHELF, &written)?)
    }
}

/// Asks to repeat a text, so many bytes of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Repeat {
    text: String,
    bytes: usize,
}

impl Command for Repeat {
    const TYPE: &'static str = "repeat";
    const AGGREGATE: &'static str = "text";
    type Answer = String;

    fn aggregate_id(&self) -> &'static str {
        "t"
    }
}

struct HandleRepeat;

impl Consumer for HandleRepeat {
    const NAME: &'static str = "handle-repeat";
    const SERVICE: &'static str = "press";
    type Event = Received<Repeat>;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for HandleRepeat {
    fn decide(&self, Received(repeat): Received<Repeat>, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none().answer::<Repeat>(&text(repeat.bytes))?)
    }
}

/// Appends to book `a`, an event for each of these sizes, in one decision.
async fn write(store: &EventStore, sizes: &[usize]) -> Result<(), WorkError<Never>> {
    let author = Author::service("press");
    let done = store.work(&author, |mut work| async move {
        let book = work.load::<Book>("a").await?;
        let events = sizes.iter().map(|bytes| Written::of("a", *bytes)).collect();
        work.append(book, events)?;
        Ok(work.answer(()))
    });
    done.await.map(drop)
}

async fn book(store: &EventStore) -> Versioned<Book> {
    store.load("a", AsOf::Now).await.unwrap()
}

#[tokio::test]
async fn an_appended_event_of_any_size_is_loaded_scanned_and_published_whole() {
    for bytes in SIZES {
        let bench = Bench::open().await;
        let store = bench.events().await;
        write(&store, &[10]).await.unwrap();
        write(&store, &[bytes]).await.unwrap();
        write(&store, &[10]).await.unwrap();
        let there = book(&store).await;
        assert_eq!((there.version, there.state.0.len()), (3, bytes + 20), "{bytes}");

        let events: Vec<Envelope> = store.events::<Book>("a", 2..=2).try_collect().await.unwrap();
        assert_eq!(
            events[0].data().len(),
            json!(Written::of("a", bytes)).to_string().len()
        );
        assert_eq!(
            events[0].dataref, None,
            "{bytes}: its place means nothing to others"
        );
        let scan = Scan {
            segment: Segment::WHOLE,
            aggregate: None,
            page: None,
        };
        let page = store.page(scan, None).await.unwrap();
        let scanned: Vec<_> = page
            .entries
            .iter()
            .map(|entry| entry.event.clone().unwrap())
            .collect();
        assert!(scanned.contains(&events[0]), "{bytes}");

        bench.pass(GRACE * 2);
        let topic: Arc<CapturingTopic> = Arc::default();
        let relay = Relay::new(store.outbox(), topic.clone(), bench.clock());
        let swept = relay.sweep(GRACE, bench.clock().now() + TIMEOUT).await.unwrap();
        assert_eq!(swept.complete().unwrap().published, 3, "{bytes}");
        let published = topic.published();
        assert_eq!((published.len(), &published[1]), (3, &events[0]), "{bytes}");
    }
}

#[tokio::test]
async fn an_event_that_a_consumer_appends_outlives_the_claim_check() {
    for bytes in SIZES {
        let bench = Bench::open().await;
        let store = bench.events().await;
        let worker = bench.worker(Write).await;
        let command = given(&asked(2, bytes));
        assert_eq!(worker.deliver([&command]).await, [Ended::Done], "{bytes}");
        assert_eq!(worker.deliver([&command]).await, [Ended::Duplicate], "{bytes}");
        bench.claims().expire();
        assert_eq!(bench.claims().deposits(), 0, "{bytes}: nothing is in two places");
        let there = book(&store).await;
        assert_eq!((there.version, there.state.0.len()), (2, bytes * 2), "{bytes}");
    }
}

#[tokio::test]
async fn an_item_that_is_as_full_as_an_events_may_be_takes_what_is_written_when_it_is_published() {
    // From the largest that its item holds whole to the smallest that it does not.
    for bytes in (380 * KIB..390 * KIB).step_by(KIB) {
        let bench = Bench::open().await;
        let store = bench.events().await;
        write(&store, &[bytes]).await.unwrap();
        bench.pass(GRACE * 2);
        let relay = Relay::new(store.outbox(), Arc::new(CapturingTopic::default()), bench.clock());
        let swept = relay.sweep(GRACE, bench.clock().now() + TIMEOUT).await.unwrap();
        assert_eq!(swept.complete().unwrap().published, 1, "{bytes}");
        let rows = bench.rows(&EVENTS).await;
        let published: Vec<_> = rows
            .iter()
            .filter(|row| row.get("published_at").is_some())
            .collect();
        assert_eq!(published.len(), 1, "{bytes}");
        assert!(
            rows.iter().all(|row| row.to_string().len() < 400 * KIB),
            "{bytes}"
        );
    }
}

#[tokio::test]
async fn what_one_decision_appends_is_written_up_to_what_a_transaction_takes_and_refused_with_its_size_above()
{
    let bench = Bench::open().await;
    let store = bench.events().await;
    write(&store, &[250_000; 15]).await.unwrap();
    assert_eq!(book(&store).await.version, 15);
    let WorkError::Failed(failure) = write(&store, &[250_000; 20]).await.unwrap_err() else {
        panic!("it is refused for its size");
    };
    assert!(matches!(&failure, Failure::Permanent { .. }), "{failure:?}");
    assert!(
        failure
            .reason()
            .starts_with("20 writes and events in one transaction have 50")
            && failure.reason().ends_with("DynamoDB takes 4000000"),
        "{failure:?}"
    );

    let bench = Bench::open().await;
    let worker = bench.worker(Write).await;
    let ended = worker.deliver([given(&asked(20, 250_000))]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains("DynamoDB takes 4000000")),
        "{ended:?}"
    );
    assert!(bench.stated().await.is_empty());
}

#[tokio::test]
async fn what_one_decision_emits_leaves_the_transaction_where_it_has_no_room() {
    for (count, bytes) in [(20, 250_000), (90, 60_000), (15, 250_000), (2, 1024 * KIB)] {
        let bench = Bench::open().await;
        let worker = bench.worker(Tell).await;
        assert_eq!(
            worker.deliver([given(&asked(count, bytes))]).await,
            [Ended::Done],
            "{count} of {bytes}"
        );
        let emitted = bench.outbox().await;
        assert_eq!(emitted.len(), count as usize);
        assert!(emitted.iter().map(bytes_of).sum::<usize>() < 4_000_000);
        let kept = bench.claims().deposits();
        assert_eq!(kept == 0, count == 15, "{kept} of {count}: only where it must");
        for event in emitted {
            let shelve = bench.worker(Shelve).await;
            let ended = shelve.deliver([event]).await;
            assert_eq!(ended == [Ended::Done], bytes < 400 * KIB, "{ended:?}");
        }
    }
}

#[tokio::test]
async fn without_a_claim_check_it_is_set_aside_with_its_size() {
    let bench = Bench::open().await.without_claims();
    let worker = bench.worker(Tell).await;
    let ended = worker.deliver([given(&asked(20, 250_000))]).await;
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains("DynamoDB takes 4000000")),
        "{ended:?}"
    );
    assert!(bench.outbox().await.is_empty());
}

#[tokio::test]
async fn an_emitted_event_of_any_size_is_handled_and_an_item_is_written_as_long_as_it_fits() {
    for bytes in SIZES {
        let bench = Bench::open().await;
        let tell = bench.worker(Tell).await;
        assert_eq!(
            tell.deliver([given(&asked(1, bytes))]).await,
            [Ended::Done],
            "{bytes}"
        );
        let [event] = bench.outbox().await.try_into().unwrap();
        assert!(bytes_of(&event) <= MOST_BYTES, "{bytes}");
        let shelve = bench.worker(Shelve).await;
        let ended = shelve.deliver([event]).await.remove(0);
        match bytes < 400 * KIB {
            true => assert_eq!(ended, Ended::Done, "{bytes}"),
            false => assert!(
                matches!(&ended, Ended::SetAside { reason } if reason.starts_with("an item of the table shelf has")),
                "{ended:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_command_of_any_size_is_handled_and_an_answer_has_64_kib_at_most() {
    for bytes in SIZES {
        let bench = Bench::open().await;
        let worker = bench.worker(HandleRepeat).await;
        let command = |id: &str, of: usize| {
            let repeat = Repeat {
                text: text(bytes),
                bytes: of,
            };
            given_command(&repeat)
                .id(id)
                .asked("replies-00000000000000aa", id)
        };
        assert_eq!(
            worker.deliver([command("c-1", 60 * KIB)]).await,
            [Ended::Done],
            "{bytes}"
        );
        assert_eq!(worker.answers().len(), 1, "{bytes}");
        let ended = worker.deliver([command("c-2", bytes)]).await;
        assert!(
            matches!(&ended[0], Ended::SetAside { reason } if reason.ends_with("65536 is the most")),
            "{ended:?}"
        );
        assert_eq!(worker.answers().len(), 1, "{bytes}");
    }
}
