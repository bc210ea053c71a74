//! Snapshots and earlier states, on the embedded DynamoDB and its streams.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use proptest::{prelude::*, test_runner::TestRunner};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidings_aws::event_store::{AsOf, Author, EVERY, EventStore, Kinds, Snapshotter, Taken};
use tidings_bus::StreamPoller;
use tidings_core::{
    Aggregate, Clock, Event, Snapshot, Version, Versioned,
    catalogue::{EVENTS, SNAPSHOTS},
    clock::SystemEntropy,
};
use tidings_testkit::Bench;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PageWritten {
    diary: String,
    text: String,
}

impl Event for PageWritten {
    const TYPE: &'static str = "page.written";
    const AGGREGATE: &'static str = "diary";

    fn aggregate_id(&self) -> &str {
        &self.diary
    }
}

/// A diary: every page, and their order, leaves a trace in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Diary {
    trace: u64,
    last: String,
}

impl Diary {
    fn with(self, page: PageWritten) -> Self {
        let read = |trace: u64, byte: u8| trace.wrapping_mul(1_099_511_628_211) ^ u64::from(byte);
        Self {
            trace: page.text.bytes().fold(self.trace ^ 0xcbf2, read),
            last: page.text,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a diary takes every page")]
struct Never;

impl Aggregate for Diary {
    const TYPE: &'static str = "diary";
    type Event = PageWritten;
    type Command = PageWritten;
    type Refusal = Never;
    const SNAPSHOT: Option<Snapshot<Self>> = Some(Snapshot::of_schema(1));

    fn decide(&self, page: &PageWritten) -> Result<Vec<PageWritten>, Never> {
        Ok(vec![page.clone()])
    }

    fn evolve(self, page: PageWritten) -> Self {
        self.with(page)
    }
}

/// The same diary as later code has it: its state is another, and so is the schema.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct CountedDiary {
    pages: u32,
}

impl Aggregate for CountedDiary {
    const TYPE: &'static str = "diary";
    type Event = PageWritten;
    type Command = ();
    type Refusal = Never;
    const SNAPSHOT: Option<Snapshot<Self>> = Some(Snapshot::of_schema(2));

    fn decide(&self, (): &()) -> Result<Vec<PageWritten>, Never> {
        Ok(Vec::new())
    }

    fn evolve(self, _: PageWritten) -> Self {
        Self {
            pages: self.pages + 1,
        }
    }
}

/// A clock that is set, also back: those of different writers differ.
#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_768_471_200 + self.0.load(Ordering::Relaxed)).unwrap()
    }
}

struct Desk {
    bench: Bench,
    clock: Arc<SetClock>,
    store: EventStore,
    stream: StreamPoller,
    /// What was written, and when.
    pages: Vec<(Timestamp, PageWritten)>,
}

const ID: &str = "d-1";

impl Desk {
    async fn open() -> Self {
        let bench = Bench::open().await;
        let clock: Arc<SetClock> = Arc::default();
        let store = bench.events_with_snapshots().await;
        let store = store.with(clock.clone(), Arc::new(SystemEntropy));
        let snapshotter = Snapshotter::new(store.clone(), Kinds::of::<Diary>());
        let stream = StreamPoller::new(bench.database(), &EVENTS, Arc::new(snapshotter)).unwrap();
        Self {
            bench,
            clock,
            store,
            stream,
            pages: Vec::new(),
        }
    }

    /// Writes pages in one transaction, `second` seconds after the beginning.
    async fn write(&mut self, texts: Vec<String>, second: i64) {
        self.clock.0.store(second, Ordering::Relaxed);
        let pages = texts.into_iter().map(|text| PageWritten {
            diary: ID.to_owned(),
            text,
        });
        let pages: Vec<_> = pages.collect();
        let author = Author::service("desk");
        let written = self.store.work::<Never, _, _>(&author, |mut work| {
            let pages = pages.clone();
            async move {
                let diary = work.load::<Diary>(ID).await?;
                Ok(work.append(diary, pages).map(|_| work.answer(()))?)
            }
        });
        written.await.unwrap();
        self.pages
            .extend(pages.into_iter().map(|page| (self.clock.now(), page)));
    }

    /// Writes so many pages, in as few transactions as it takes.
    async fn write_many(&mut self, count: usize) {
        let texts: Vec<String> = (0..count).map(|number| format!("page {number}")).collect();
        for texts in texts.chunks(90) {
            self.write(texts.to_vec(), 0).await;
        }
    }

    /// Lets the snapshotter see everything that was written.
    async fn snapshots_are_taken(&self) {
        while self.stream.poll().await.unwrap() > 0 {}
    }

    /// The versions of which there is a snapshot.
    async fn snapshots(&self) -> Vec<u64> {
        let rows = self.bench.rows(&SNAPSHOTS).await;
        let snapshots = rows.iter().filter(|row| row.get("state").is_some());
        snapshots.map(|row| row["version"].as_u64().unwrap()).collect()
    }

    /// The diary as those pages make it that are to be read, without any store.
    fn expected(&self, as_of: AsOf) -> Versioned<Diary> {
        let pages = self.pages.iter().enumerate();
        let read = pages.take_while(|(number, (time, _))| match as_of {
            AsOf::Now => true,
            AsOf::Version(version) => *number < version as usize,
            AsOf::Time(until) => *time <= until,
        });
        read.fold(Versioned::default(), |diary, (_, (_, page))| Versioned {
            state: diary.state.with(page.clone()),
            version: diary.version + 1,
        })
    }

    async fn read(&self, as_of: AsOf) -> Versioned<Diary> {
        self.store.load(ID, as_of).await.unwrap()
    }

    async fn agrees(&self, as_of: AsOf) {
        assert_eq!(self.read(as_of).await, self.expected(as_of), "{as_of:?}");
    }

    /// Does something to the snapshots that are there.
    async fn spoil(&self, spoil: impl Fn(&mut Value)) {
        for mut row in self.bench.rows(&SNAPSHOTS).await {
            spoil(&mut row);
            self.bench.put(&SNAPSHOTS, &row).await;
        }
    }

    async fn lose(&self, version: Version) {
        let delete = self.bench.dynamodb().delete_item().table_name(SNAPSHOTS.name);
        let delete = delete
            .key("aggregate_key", AttributeValue::S(format!("diary#{ID}")))
            .key("position", AttributeValue::S(format!("00001#v#{version:010}")));
        delete.send().await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_is_taken_of_every_hundredth_version_and_no_other() {
    let mut desk = Desk::open().await;
    desk.write_many(99).await;
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [0; 0]);
    desk.write_many(231).await;
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [100, 200, 300]);
    desk.agrees(AsOf::Now).await;
}

#[tokio::test]
async fn a_record_that_comes_again_changes_no_snapshot() {
    let mut desk = Desk::open().await;
    desk.write_many(200).await;
    desk.snapshots_are_taken().await;
    let before = desk.bench.rows(&SNAPSHOTS).await;
    assert_eq!(
        desk.store.take_snapshot::<Diary>(ID, 100).await.unwrap(),
        Taken::There
    );
    let again = Snapshotter::new(desk.store.clone(), Kinds::of::<Diary>());
    let again = StreamPoller::new(desk.bench.database(), &EVENTS, Arc::new(again)).unwrap();
    while again.poll().await.unwrap() > 0 {}
    assert_eq!(desk.bench.rows(&SNAPSHOTS).await, before);
}

#[tokio::test]
async fn a_snapshot_is_what_is_read_and_not_the_events_before_it() {
    let mut desk = Desk::open().await;
    desk.write_many(250).await;
    desk.snapshots_are_taken().await;
    // What nobody ever wrote can only come from the snapshot.
    desk.spoil(|row| {
        if row["version"] == 200 && row.get("state").is_some() {
            row["state"] = json!(r#"{"trace":7,"last":"forged"}"#);
        }
    })
    .await;
    assert_eq!(desk.read(AsOf::Version(200)).await.state.last, "forged");
    let later = Timestamp::MAX;
    assert_ne!(desk.read(AsOf::Time(later)).await, desk.expected(AsOf::Now));
    desk.agrees(AsOf::Version(199)).await;
}

#[tokio::test]
async fn a_snapshot_that_is_lost_unreadable_or_of_another_schema_changes_nothing() {
    let mut desk = Desk::open().await;
    desk.write_many(350).await;
    desk.snapshots_are_taken().await;
    let probes = [
        AsOf::Now,
        AsOf::Version(310),
        AsOf::Version(120),
        AsOf::Time(Timestamp::MAX),
    ];
    desk.lose(200).await;
    for probe in probes {
        desk.agrees(probe).await;
    }
    let counted: Versioned<CountedDiary> = desk.store.load(ID, AsOf::Now).await.unwrap();
    assert_eq!((counted.state.pages, counted.version), (350, 350));
    desk.spoil(|row| {
        if row.get("state").is_some() {
            row["state"] = json!("{\"trace\":\"much\"}");
        }
    })
    .await;
    for probe in probes {
        desk.agrees(probe).await;
    }
}

#[tokio::test]
async fn where_snapshots_cannot_be_read_the_history_is_and_what_is_not_taken_is_tried_again() {
    let mut desk = Desk::open().await;
    desk.write_many(120).await;
    let delete = desk.bench.dynamodb().delete_table().table_name(SNAPSHOTS.name);
    delete.send().await.unwrap();
    desk.agrees(AsOf::Now).await;
    // The stream comes back to the record.
    for _ in 0..3 {
        assert!(desk.stream.poll().await.unwrap() > 0);
    }
    desk.bench.table(&SNAPSHOTS).await;
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [100]);
}

#[tokio::test]
async fn a_state_that_is_too_large_for_an_item_is_read_from_its_events() {
    let mut desk = Desk::open().await;
    desk.write_many(99).await;
    desk.write(vec!["x".repeat(395_000)], 0).await;
    assert_eq!(
        desk.store.take_snapshot::<Diary>(ID, 100).await.unwrap(),
        Taken::TooLarge(395_000 + desk_overhead(&desk))
    );
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [0; 0]);
    desk.agrees(AsOf::Now).await;
    desk.write_many(100).await;
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [200]);
}

/// The bytes of a state's JSON besides its text.
fn desk_overhead(desk: &Desk) -> usize {
    let state = desk.expected(AsOf::Now).state;
    serde_json::to_string(&state).unwrap().len() - state.last.len()
}

#[tokio::test]
async fn an_event_of_a_clock_that_is_ahead_hides_what_follows_it_with_snapshots_as_without() {
    let mut desk = Desk::open().await;
    desk.write(vec!["early".to_owned(); 50], 10).await;
    desk.write(vec!["ahead".to_owned()], 500).await;
    desk.write(vec!["late".to_owned(); 80], 20).await;
    desk.write(vec!["later".to_owned(); 80], 30).await;
    desk.snapshots_are_taken().await;
    assert_eq!(desk.snapshots().await, [100, 200]);
    for second in [9, 10, 20, 30, 499, 500, 501] {
        let time = Timestamp::from_second(1_768_471_200 + second).unwrap();
        desk.agrees(AsOf::Time(time)).await;
    }
}

/// How a history came to be: transactions of so many pages, each so many seconds after the one before it.
fn histories() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((1..90_usize, -40..100_i64), 1..9)
}

#[test]
fn the_state_as_of_any_version_and_time_is_the_fold_from_zero_whatever_snapshots_there_are() {
    let cases = std::env::var("PROPTEST_CASES").map_or(8, |cases| cases.parse().unwrap());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    };
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let lost = prop::collection::vec(any::<bool>(), 8);
    let probes = prop::collection::vec((0..800_u32, -400..900_i64), 12);
    let checked = TestRunner::new(config).run(&(histories(), lost, probes), |(history, lost, probes)| {
        runtime.block_on(async {
            let mut desk = Desk::open().await;
            let mut second = 0;
            for (number, (pages, pause)) in history.into_iter().enumerate() {
                second += pause;
                let texts = (0..pages).map(|page| format!("{number}.{page}")).collect();
                desk.write(texts, second).await;
                // Requests read snapshots while they come to be.
                if number % 2 == 0 {
                    desk.snapshots_are_taken().await;
                }
            }
            desk.snapshots_are_taken().await;
            for (version, _) in (EVERY..)
                .step_by(EVERY as usize)
                .zip(lost)
                .filter(|(_, lost)| *lost)
            {
                desk.lose(version).await;
            }
            desk.agrees(AsOf::Now).await;
            for (version, second) in probes {
                desk.agrees(AsOf::Version(version)).await;
                let time = Timestamp::from_second(1_768_471_200 + second).unwrap();
                desk.agrees(AsOf::Time(time)).await;
            }
        });
        Ok(())
    });
    checked.unwrap();
}
