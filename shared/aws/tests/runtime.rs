//! The consumer runtime, batch by batch, on the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_core::{
    Clock as _, Consumer, Context, Effects, Event, EventType, Failure, Leased, Natural, Repeat,
    Transactional,
    catalogue::{Access, IDEMPOTENCY, Resource, Table},
    consumer::guarantee,
    protocol::{Record, Status},
};
use tidings_testkit::{Bench, Death, Ended, Given, Worker, given, raw};

/// The event of these tests; `deed` tells its consumer what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Poked {
    id: String,
    deed: Deed,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Deed {
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

/// The event `id`.
fn poke(id: &str, deed: Deed) -> Given {
    given(&Poked {
        id: id.to_owned(),
        deed,
    })
    .id(id)
}

/// Where effects are counted.
const EFFECTS: Table = Table {
    name: "effects",
    service: "zoo",
    partition_key: "id",
    sort_key: None,
    expiry: None,
    stream: false,
};

/// How often the effect of each event happened.
async fn effects(bench: &Bench) -> Vec<serde_json::Value> {
    bench.rows(&EFFECTS).await
}

fn once(id: &str) -> serde_json::Value {
    json!({ "id": id, "runs": 1 })
}

/// What the table knows of the event `id` at the worker's consumer.
async fn record<C: Consumer>(worker: &Worker<C>, id: &str) -> Option<Record>
where
    C::Guarantee: tidings_aws::Run<C>,
{
    worker.record(&poke(id, Deed::Work).envelope()).await
}

async fn status<C: Consumer>(worker: &Worker<C>, id: &str) -> Option<Status>
where
    C::Guarantee: tidings_aws::Run<C>,
{
    record(worker, id).await.map(|record| record.status)
}

/// Counts each event in the effects table, and tells of it.
struct CountBear;

impl Consumer for CountBear {
    const NAME: &'static str = "count-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Write)];
    type Event = Poked;
    type Guarantee = guarantee::Transactional;

    fn publishes() -> Vec<EventType> {
        vec![Poked::event_type()]
    }
}

impl Transactional for CountBear {
    fn decide(&self, poked: Poked, context: &Context) -> Result<Effects, Failure> {
        fail_as_told(poked.deed)?;
        let key = json!({ "id": context.envelope.id });
        Ok(Effects::none()
            .add(&EFFECTS, &key, &[("runs", 1)])?
            .emit(&poked, 1)?)
    }
}

/// Has an effect outside; a test can hold it up.
#[derive(Clone, Default)]
struct FeedBear {
    fed: Arc<AtomicUsize>,
    gate: Arc<AtomicBool>,
}

impl Consumer for FeedBear {
    const NAME: &'static str = "feed-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Leased;
}

impl Leased for FeedBear {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, poked: Poked, _: &Context) -> Result<Effects, Failure> {
        if poked.deed == Deed::Hang {
            std::future::pending::<()>().await;
        }
        fail_as_told(poked.deed)?;
        // Outside takes time, in which others run.
        tokio::task::yield_now().await;
        self.fed.fetch_add(1, Ordering::Relaxed);
        while self.gate.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Effects::none())
    }
}

struct SeeBear;

impl Consumer for SeeBear {
    const NAME: &'static str = "see-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Natural;
}

impl Natural for SeeBear {
    async fn perform(&self, poked: Poked, _: &Context) -> Result<(), Failure> {
        fail_as_told(poked.deed)
    }
}

fn fail_as_told(deed: Deed) -> Result<(), Failure> {
    match deed {
        Deed::Work | Deed::Hang => Ok(()),
        Deed::Panic => panic!("the bear woke up"),
        Deed::Transient => Err(Failure::transient("asleep")),
        Deed::Permanent => Err(Failure::permanent("no bear")),
    }
}

#[tokio::test]
async fn one_bad_record_and_one_panic_fail_one_record_each_and_their_neighbours_are_done() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let wrong_type = poke("e", Deed::Work).with(|attributes| attributes.event_type = "bear.born".to_owned());
    let ended = worker
        .deliver([
            poke("a", Deed::Work).message(),
            poke("b", Deed::Panic).message(),
            raw("no json"),
            raw(r#"{"specversion":"1.0","id":"x"}"#),
            raw(r#"{"specversion":"1.0","id":"d","source":"/given","type":"bear.poked","data":{"id":7}}"#),
            wrong_type.message(),
            poke("c", Deed::Work).message(),
        ])
        .await;
    assert_eq!([&ended[0], &ended[6]], [&Ended::Done; 2]);
    let panicked = "the handler panicked: the bear woke up";
    assert_eq!(ended[1], Ended::back(1, panicked));
    assert_eq!(effects(&bench).await, [once("a"), once("c")]);
    assert_eq!(
        record(&worker, "b").await.unwrap().last_error.as_deref(),
        Some(panicked)
    );

    let reasons = ["no JSON", "`source` is missing", "wrong shape", "does not take"];
    for (ended, reason) in ended[2..].iter().zip(reasons) {
        assert!(
            matches!(ended, Ended::SetAside { reason: said } if said.contains(reason)),
            "{ended:?}"
        );
    }
    let letters = worker.dead_letters();
    assert_eq!(letters.len(), 4);
    assert!(letters.iter().all(|letter| letter.consumer == "count-bear"));
}

#[tokio::test]
async fn two_deliveries_in_one_batch_run_once_and_both_are_acknowledged() {
    let feed = FeedBear::default();
    let worker = Bench::open().await.worker(feed.clone()).await;
    let batch = [
        poke("a", Deed::Work),
        poke("a", Deed::Work),
        poke("b", Deed::Work),
    ];
    assert_eq!(
        worker.deliver(batch).await,
        [Ended::Done, Ended::Duplicate, Ended::Done]
    );
    assert_eq!(feed.fed.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_transactional_effect_its_event_and_its_record_are_there_once_however_often_the_event_comes() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    assert_eq!(worker.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
    for _ in 0..2 {
        let another = bench.worker(CountBear).await;
        assert_eq!(another.deliver([poke("a", Deed::Work)]).await, [Ended::Duplicate]);
    }
    assert_eq!(effects(&bench).await, [once("a")]);
    let [emitted] = bench.outbox().await.try_into().expect("one event in the outbox");
    assert_eq!(emitted.causationid.as_deref(), Some("a"));
    assert_eq!(
        (emitted.correlation_id(), emitted.hops, emitted.source.as_str()),
        ("a", 1, "/zoo")
    );
    assert_eq!(status(&worker, "a").await, Some(Status::Completed));
}

#[tokio::test]
async fn thirty_workers_racing_for_one_event_have_one_effect() {
    let bench = Bench::open().await;
    let mut workers = Vec::new();
    for _ in 0..30 {
        workers.push(bench.worker(CountBear).await);
    }
    let races = workers
        .iter()
        .map(|worker| worker.deliver([poke("a", Deed::Work)]));
    let ended = futures::future::join_all(races).await.concat();
    assert_eq!(ended.iter().filter(|ended| **ended == Ended::Done).count(), 1);
    assert_eq!(effects(&bench).await, [once("a")]);
}

#[tokio::test]
async fn an_event_under_another_workers_lease_comes_back_when_the_lease_ends() {
    let bench = Bench::open().await;
    let slow = FeedBear {
        gate: Arc::new(AtomicBool::new(true)),
        ..FeedBear::default()
    };
    let first = bench.worker(slow.clone()).await;
    let second = bench.worker(FeedBear::default()).await;
    let begun = async {
        while slow.fed.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ended = second.deliver([poke("a", Deed::Work)]).await;
        slow.gate.store(false, Ordering::Relaxed);
        ended
    };
    let (first, second) = tokio::join!(first.deliver([poke("a", Deed::Work)]), begun);
    assert_eq!(first, [Ended::Done]);
    // Ten seconds to the first worker's deadline, one of clock skew, one to be behind it.
    assert_eq!(second, [Ended::back(12, "in flight")]);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_does_not_overwrite_its_successor() {
    let bench = Bench::open().await;
    let late = FeedBear {
        gate: Arc::new(AtomicBool::new(true)),
        ..FeedBear::default()
    };
    let first = bench.worker(late.clone()).await;
    let second = bench.worker(FeedBear::default()).await;
    let overtaken = async {
        while late.fed.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.pass(Duration::from_secs(60));
        assert_eq!(second.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
        let successor = record(&second, "a").await.unwrap();
        late.gate.store(false, Ordering::Relaxed);
        successor
    };
    let (ended, successor) = tokio::join!(first.deliver([poke("a", Deed::Work)]), overtaken);
    assert_eq!(
        ended,
        [Ended::Duplicate],
        "the event is done, if not by this worker"
    );
    assert_eq!(record(&first, "a").await.unwrap(), successor);
    assert_eq!((successor.status, successor.attempts), (Status::Completed, 2));
}

#[tokio::test]
async fn a_worker_that_dies_between_its_effect_and_its_record_is_followed_when_its_lease_ends() {
    let bench = Bench::open().await;
    let feed = FeedBear::default();
    let worker = bench.worker(feed.clone()).await;
    worker
        .deliver_and_die(Death::BeforeCompletion, [poke("a", Deed::Work)])
        .await;
    assert_eq!(
        worker.deliver([poke("a", Deed::Work)]).await,
        [Ended::back(12, "in flight")]
    );
    bench.pass(Duration::from_secs(12));
    assert_eq!(worker.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
    assert_eq!(
        feed.fed.load(Ordering::Relaxed),
        2,
        "that is what a lease cannot prevent"
    );
}

#[tokio::test]
async fn a_transient_failure_comes_back_by_the_backoff_and_the_record_keeps_its_cause() {
    let worker = Bench::open().await.worker(FeedBear::default()).await;
    let ended = worker.deliver([poke("a", Deed::Transient)]).await;
    assert_eq!(ended, [Ended::back(1, "asleep")]);
    let failed = record(&worker, "a").await.unwrap();
    assert_eq!((failed.status, failed.attempts), (Status::InProgress, 1));
    assert_eq!(failed.last_error.as_deref(), Some("asleep"));

    let again = worker.deliver([poke("a", Deed::Work)]).await;
    assert_eq!(
        again,
        [Ended::Done],
        "the release ended the lease, so the next delivery need not wait for it"
    );
    assert_eq!(record(&worker, "a").await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_permanent_failure_is_set_aside_with_its_cause_and_a_redrive_may_run_it() {
    let worker = Bench::open().await.worker(FeedBear::default()).await;
    let ended = worker.deliver([poke("a", Deed::Permanent)]).await;
    assert_eq!(ended, [Ended::set_aside("no bear")]);
    let [letter] = worker.dead_letters().try_into().expect("one letter");
    assert_eq!((letter.reason.as_str(), letter.attempts), ("no bear", 1));
    assert_eq!(letter.event.as_deref(), Some("/given#a"));
    assert_eq!(letter.correlation_id.as_deref(), Some("a"));
    assert_eq!(status(&worker, "a").await, Some(Status::Failed));

    assert_eq!(worker.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
    assert_eq!(status(&worker, "a").await, Some(Status::Completed));
}

#[tokio::test]
async fn what_cannot_be_set_aside_comes_back() {
    let worker = Bench::open().await.worker(FeedBear::default()).await;
    worker.dead_letter_queue_is_down(true);
    let ended = worker
        .deliver([poke("a", Deed::Permanent).message(), raw("no json")])
        .await;
    let why = "no bear (not set aside: the queue is down)";
    assert_eq!(ended[0], Ended::back(1, why));
    assert!(
        matches!(&ended[1], Ended::Back { reason, .. } if reason.contains("not set aside")),
        "{ended:?}"
    );
    let failed = record(&worker, "a").await.unwrap();
    assert_eq!(
        failed.status,
        Status::InProgress,
        "`failed` says that the dead letter is there"
    );
    assert_eq!(failed.last_error.as_deref(), Some(why));
}

#[tokio::test]
async fn a_failure_on_a_duplicate_of_what_is_done_is_no_failure() {
    let worker = Bench::open().await.worker(CountBear).await;
    assert_eq!(worker.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
    assert_eq!(
        worker.deliver([poke("a", Deed::Permanent)]).await,
        [Ended::Duplicate]
    );
    assert!(worker.dead_letters().is_empty());
    assert_eq!(status(&worker, "a").await, Some(Status::Completed));
}

#[tokio::test]
async fn no_new_work_is_begun_near_the_deadline() {
    let feed = FeedBear::default();
    let worker = Bench::open().await.worker(feed.clone()).await;
    let ended = worker
        .deliver_within(Duration::from_millis(400), [poke("a", Deed::Work)])
        .await;
    assert_eq!(
        ended,
        [Ended::back(1, "not begun: the function's deadline is near")]
    );
    assert_eq!(feed.fed.load(Ordering::Relaxed), 0);
    assert_eq!(record(&worker, "a").await, None);
}

#[tokio::test]
async fn a_handler_that_hangs_is_stopped_before_the_deadline_and_its_lease_lapses() {
    let bench = Bench::open().await;
    let worker = bench.worker(FeedBear::default()).await;
    let batch = [poke("a", Deed::Hang), poke("b", Deed::Work)];
    let ended = worker.deliver_within(Duration::from_millis(600), batch).await;
    let late = "the handler was not done before the function's deadline";
    assert_eq!(ended, [Ended::back(1, late), Ended::Done]);
    let stopped = record(&worker, "a").await.unwrap();
    assert_eq!(stopped.last_error.as_deref(), Some(late));
    let lapses = bench.clock().now() + Duration::from_millis(1600);
    assert_eq!(stopped.lease_until, lapses, "what it began outside may be there");
    assert_eq!(status(&worker, "b").await, Some(Status::Completed));
}

#[tokio::test]
async fn a_natural_consumer_keeps_no_record_of_success_and_one_of_failure() {
    let worker = Bench::open().await.worker(SeeBear).await;
    let ended = worker
        .deliver([poke("a", Deed::Work), poke("b", Deed::Transient)])
        .await;
    assert_eq!(ended, [Ended::Done, Ended::back(1, "asleep")]);
    assert_eq!(record(&worker, "a").await, None);
    assert_eq!(
        record(&worker, "b").await.unwrap().last_error.as_deref(),
        Some("asleep")
    );
}

#[tokio::test]
async fn a_redriven_message_with_a_new_message_id_is_the_same_event() {
    let feed = FeedBear::default();
    let worker = Bench::open().await.worker(feed.clone()).await;
    let message = poke("a", Deed::Work).message();
    assert_eq!(worker.deliver([message.clone().id("first")]).await, [Ended::Done]);
    assert_eq!(worker.deliver([message.id("redriven")]).await, [Ended::Duplicate]);
    assert_eq!(feed.fed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_write_to_a_table_that_is_not_there_fails_the_event_and_leaves_no_record_of_success() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let dynamodb = bench.dynamodb();
    dynamodb
        .delete_table()
        .table_name(EFFECTS.name)
        .send()
        .await
        .unwrap();
    let ended = worker.deliver([poke("a", Deed::Work)]).await;
    assert!(matches!(ended.as_slice(), [Ended::Back { .. }]), "{ended:?}");
    assert_eq!(status(&worker, "a").await, Some(Status::InProgress));
    let query = dynamodb
        .query()
        .table_name(IDEMPOTENCY.name)
        .key_condition_expression("event = :event")
        .expression_attribute_values(":event", AttributeValue::S("/given#a".to_owned()));
    assert_eq!(
        query.send().await.unwrap().count(),
        1,
        "one Query shows what every consumer did with an event"
    );
}

#[tokio::test]
async fn in_a_fifo_batch_the_first_failure_of_a_group_stops_that_group_and_no_other() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let grouped = |id: &str, deed| poke(id, deed).message().in_group(&id[..1]);
    let ended = worker
        .deliver([
            grouped("a1", Deed::Work),
            grouped("b1", Deed::Work),
            grouped("a2", Deed::Transient),
            grouped("b2", Deed::Work),
            grouped("a3", Deed::Work),
            grouped("a4", Deed::Work),
        ])
        .await;
    let behind = Ended::back(1, "behind a message of its group that failed");
    let failed = Ended::back(1, "asleep");
    assert_eq!(
        ended,
        [
            Ended::Done,
            Ended::Done,
            failed,
            Ended::Done,
            behind.clone(),
            behind
        ],
        "none stays hidden for the whole visibility time-out"
    );
    assert_eq!(effects(&bench).await, [once("a1"), once("b1"), once("b2")]);
}

#[tokio::test]
async fn in_a_fifo_batch_what_cannot_be_helped_is_set_aside_and_its_group_goes_on() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let batch = [
        poke("a1", Deed::Permanent).message().in_group("a").id("m1"),
        poke("a2", Deed::Work).message().in_group("a"),
    ];
    assert_eq!(
        worker.deliver(batch).await,
        [Ended::set_aside("no bear"), Ended::Done]
    );
    assert_eq!(effects(&bench).await, [once("a2")]);
    let [letter] = worker.dead_letters().try_into().expect("one letter");
    assert_eq!(
        (letter.group.as_deref(), letter.message_id.as_str()),
        (Some("a"), "m1")
    );
}

#[tokio::test]
async fn a_group_in_a_standard_queue_is_no_order() {
    let worker = Bench::open().await.worker(CountBear).await;
    let grouped = |id, deed| poke(id, deed).message().in_fair_group("a");
    let ended = worker
        .deliver([grouped("a1", Deed::Transient), grouped("a2", Deed::Work)])
        .await;
    assert_eq!(ended, [Ended::back(1, "asleep"), Ended::Done]);
}
