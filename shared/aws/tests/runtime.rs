//! The consumer runtime, batch by batch, on the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use support::{Deed, EFFECTS, Poked, Zoo, event};
use tidings_aws::observe::Verdict;
use tidings_core::{
    Consumer, Context, Effects, Event as _, EventType, Failure, Leased, Natural, Repeat, Transactional,
    catalogue::{Access, Resource},
    consumer::guarantee,
    protocol::Status,
};

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
    let zoo = Zoo::open().await;
    let worker = zoo.worker(CountBear);
    let batch = vec![
        zoo.poke("a", Deed::Work),
        zoo.poke("b", Deed::Panic),
        zoo.message("no json"),
        zoo.message(r#"{"specversion":"1.0","id":"x"}"#),
        zoo.message(event("d", &json!({ "id": 7 })).to_json()),
        zoo.message(
            event("e", &json!({ "id": "e" }))
                .to_json()
                .replace("bear.poked", "bear.born"),
        ),
        zoo.poke("c", Deed::Work),
    ];
    let back = zoo.deliver(&worker, batch).await;
    assert_eq!(
        back,
        ["m1"],
        "the panic comes back; what cannot be read is set aside"
    );
    assert_eq!(
        (
            zoo.effects("a").await,
            zoo.effects("b").await,
            zoo.effects("c").await
        ),
        (1, 0, 1)
    );

    let letters = zoo.seen.letters.lock().unwrap().clone();
    let reason = |part: &str| {
        letters
            .iter()
            .filter(|letter| letter.reason.contains(part))
            .count()
    };
    assert_eq!(letters.len(), 4);
    assert_eq!(reason("no JSON"), 1);
    assert_eq!(reason("`source` is missing"), 1);
    assert_eq!(reason("wrong shape"), 1);
    assert_eq!(reason("does not take"), 1);
    assert!(letters.iter().all(|letter| letter.consumer == "count-bear"));
    let panicked = zoo.record("b", CountBear::NAME).await.unwrap();
    assert_eq!(
        panicked.last_error.as_deref(),
        Some("the handler panicked: the bear woke up")
    );
}

#[tokio::test]
async fn two_deliveries_in_one_batch_run_once_and_both_are_acknowledged() {
    let zoo = Zoo::open().await;
    let feed = FeedBear::default();
    let worker = zoo.worker(feed.clone());
    let batch = vec![
        zoo.poke("a", Deed::Work),
        zoo.poke("a", Deed::Work),
        zoo.poke("b", Deed::Work),
    ];
    assert!(zoo.deliver(&worker, batch).await.is_empty());
    assert_eq!(feed.fed.load(Ordering::Relaxed), 2);
    let duplicates = zoo
        .seen
        .verdicts
        .lock()
        .unwrap()
        .iter()
        .filter(|(_, v)| *v == Verdict::Duplicate)
        .count();
    assert_eq!(duplicates, 1);
}

#[tokio::test]
async fn a_transactional_effect_its_event_and_its_record_are_there_once_however_often_the_event_comes() {
    let zoo = Zoo::open().await;
    for _ in 0..3 {
        assert!(
            zoo.deliver(&zoo.worker(CountBear), vec![zoo.poke("a", Deed::Work)])
                .await
                .is_empty()
        );
    }
    assert_eq!(zoo.effects("a").await, 1);
    let [emitted] = zoo.outbox().await.try_into().expect("one event in the outbox");
    assert_eq!(emitted.causationid.as_deref(), Some("a"));
    assert_eq!(
        (emitted.correlation_id(), emitted.hops, emitted.source.as_str()),
        ("a", 1, "/zoo")
    );
    assert_eq!(
        zoo.record("a", CountBear::NAME).await.unwrap().status,
        Status::Completed
    );
}

#[tokio::test]
async fn thirty_workers_racing_for_one_event_have_one_effect() {
    let zoo = Zoo::open().await;
    let workers: Vec<_> = (0..30).map(|_| zoo.worker(CountBear)).collect();
    let races = workers
        .iter()
        .map(|worker| zoo.deliver(worker, vec![zoo.poke("a", Deed::Work)]));
    futures::future::join_all(races).await;
    assert_eq!(zoo.effects("a").await, 1);
}

#[tokio::test]
async fn an_event_under_another_workers_lease_comes_back_when_the_lease_ends() {
    let zoo = Zoo::open().await;
    let slow = FeedBear {
        gate: Arc::new(AtomicBool::new(true)),
        ..FeedBear::default()
    };
    let (first, second) = (zoo.worker(slow.clone()), zoo.worker(FeedBear::default()));
    let begun = async {
        while slow.fed.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let back = zoo.deliver(&second, vec![zoo.poke("a", Deed::Work)]).await;
        slow.gate.store(false, Ordering::Relaxed);
        back
    };
    let (first, second) = tokio::join!(zoo.deliver(&first, vec![zoo.poke("a", Deed::Work)]), begun);
    assert!(first.is_empty());
    assert_eq!(second.len(), 1);
    // Ten seconds to the first worker's deadline, one of clock skew, one to be behind it.
    assert_eq!(zoo.seen.postponed.lock().unwrap()[0].1, Duration::from_secs(12));
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_does_not_overwrite_its_successor() {
    let zoo = Zoo::open().await;
    let late = FeedBear {
        gate: Arc::new(AtomicBool::new(true)),
        ..FeedBear::default()
    };
    let (first, second) = (zoo.worker(late.clone()), zoo.worker(FeedBear::default()));
    let overtaken = async {
        while late.fed.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        zoo.clock.advance(Duration::from_secs(60));
        assert!(
            zoo.deliver(&second, vec![zoo.poke("a", Deed::Work)])
                .await
                .is_empty()
        );
        let successor = zoo.record("a", FeedBear::NAME).await.unwrap();
        late.gate.store(false, Ordering::Relaxed);
        successor
    };
    let (first, successor) = tokio::join!(zoo.deliver(&first, vec![zoo.poke("a", Deed::Work)]), overtaken);
    assert!(first.is_empty(), "the event is done, if not by this worker");
    assert_eq!(zoo.record("a", FeedBear::NAME).await.unwrap(), successor);
    assert_eq!((successor.status, successor.attempts), (Status::Completed, 2));
}

#[tokio::test]
async fn a_transient_failure_comes_back_by_the_backoff_and_the_record_keeps_its_cause() {
    let zoo = Zoo::open().await;
    let back = zoo
        .deliver(
            &zoo.worker(FeedBear::default()),
            vec![zoo.poke("a", Deed::Transient)],
        )
        .await;
    assert_eq!(back, ["m0"]);
    assert_eq!(
        zoo.seen.postponed.lock().unwrap().as_slice(),
        [("r0".to_owned(), Duration::from_secs(1))]
    );
    let record = zoo.record("a", FeedBear::NAME).await.unwrap();
    assert_eq!((record.status, record.attempts), (Status::InProgress, 1));
    assert_eq!(record.last_error.as_deref(), Some("asleep"));

    let again = zoo
        .deliver(&zoo.worker(FeedBear::default()), vec![zoo.poke("a", Deed::Work)])
        .await;
    assert!(
        again.is_empty(),
        "the release ended the lease, so the next delivery need not wait for it"
    );
    assert_eq!(zoo.record("a", FeedBear::NAME).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_permanent_failure_is_set_aside_with_its_cause_and_a_redrive_may_run_it() {
    let zoo = Zoo::open().await;
    assert!(
        zoo.deliver(
            &zoo.worker(FeedBear::default()),
            vec![zoo.poke("a", Deed::Permanent)]
        )
        .await
        .is_empty()
    );
    {
        let letters = zoo.seen.letters.lock().unwrap();
        let [letter] = letters.as_slice() else {
            panic!("one letter, and not {}", letters.len())
        };
        assert_eq!((letter.reason.as_str(), letter.attempts), ("no bear", 1));
        assert_eq!(letter.event.as_deref(), Some("/woods#a"));
        assert_eq!(letter.correlation_id.as_deref(), Some("a"));
    }
    assert_eq!(
        zoo.record("a", FeedBear::NAME).await.unwrap().status,
        Status::Failed
    );
    assert!(
        zoo.deliver(&zoo.worker(FeedBear::default()), vec![zoo.poke("a", Deed::Work)])
            .await
            .is_empty()
    );
    assert_eq!(
        zoo.record("a", FeedBear::NAME).await.unwrap().status,
        Status::Completed
    );
}

#[tokio::test]
async fn what_cannot_be_set_aside_comes_back() {
    let zoo = Zoo::open().await;
    zoo.seen.dead_letter_queue_down.store(true, Ordering::Relaxed);
    let batch = vec![zoo.poke("a", Deed::Permanent), zoo.message("no json")];
    assert_eq!(
        zoo.deliver(&zoo.worker(FeedBear::default()), batch).await,
        ["m0", "m1"]
    );
    let record = zoo.record("a", FeedBear::NAME).await.unwrap();
    assert_eq!(
        record.status,
        Status::InProgress,
        "`failed` says that the dead letter is there"
    );
    assert!(
        record
            .last_error
            .unwrap()
            .contains("not set aside: the queue is down")
    );
}

#[tokio::test]
async fn a_failure_on_a_duplicate_of_what_is_done_is_no_failure() {
    let zoo = Zoo::open().await;
    assert!(
        zoo.deliver(&zoo.worker(CountBear), vec![zoo.poke("a", Deed::Work)])
            .await
            .is_empty()
    );
    assert!(
        zoo.deliver(&zoo.worker(CountBear), vec![zoo.poke("a", Deed::Permanent)])
            .await
            .is_empty()
    );
    assert!(zoo.seen.letters.lock().unwrap().is_empty());
    assert_eq!(
        zoo.record("a", CountBear::NAME).await.unwrap().status,
        Status::Completed
    );
}

#[tokio::test]
async fn no_new_work_is_begun_near_the_deadline() {
    let zoo = Zoo::open().await;
    let feed = FeedBear::default();
    let worker = zoo.worker(feed.clone());
    let back = zoo
        .deliver_within(
            &worker,
            vec![zoo.poke("a", Deed::Work)],
            Duration::from_millis(400),
        )
        .await;
    assert_eq!(
        (back, feed.fed.load(Ordering::Relaxed)),
        (vec!["m0".to_owned()], 0)
    );
    assert_eq!(zoo.record("a", FeedBear::NAME).await, None);
}

#[tokio::test]
async fn a_handler_that_hangs_is_stopped_before_the_deadline_and_releases_its_event() {
    let zoo = Zoo::open().await;
    let worker = zoo.worker(FeedBear::default());
    let batch = vec![zoo.poke("a", Deed::Hang), zoo.poke("b", Deed::Work)];
    assert_eq!(
        zoo.deliver_within(&worker, batch, Duration::from_millis(600))
            .await,
        ["m0"]
    );
    let record = zoo.record("a", FeedBear::NAME).await.unwrap();
    assert!(record.last_error.unwrap().contains("deadline"));
    assert!(record.lease_until <= tidings_core::Clock::now(zoo.clock.as_ref()));
    assert_eq!(
        zoo.record("b", FeedBear::NAME).await.unwrap().status,
        Status::Completed
    );
}

#[tokio::test]
async fn a_natural_consumer_keeps_no_record_of_success_and_one_of_failure() {
    let zoo = Zoo::open().await;
    let batch = vec![zoo.poke("a", Deed::Work), zoo.poke("b", Deed::Transient)];
    assert_eq!(zoo.deliver(&zoo.worker(SeeBear), batch).await, ["m1"]);
    assert_eq!(zoo.record("a", SeeBear::NAME).await, None);
    assert_eq!(
        zoo.record("b", SeeBear::NAME)
            .await
            .unwrap()
            .last_error
            .as_deref(),
        Some("asleep")
    );
}

#[tokio::test]
async fn a_redriven_message_with_a_new_message_id_is_the_same_event() {
    let zoo = Zoo::open().await;
    let feed = FeedBear::default();
    for _ in 0..2 {
        let mut message = zoo.poke("a", Deed::Work);
        message.message_id = Some(format!("redriven-{}", feed.fed.load(Ordering::Relaxed)));
        assert!(
            zoo.deliver(&zoo.worker(feed.clone()), vec![message])
                .await
                .is_empty()
        );
    }
    assert_eq!(feed.fed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_write_to_a_table_that_is_not_there_fails_the_event_and_leaves_no_record_of_success() {
    let zoo = Zoo::open().await;
    zoo.dynamodb
        .delete_table()
        .table_name(EFFECTS.name)
        .send()
        .await
        .unwrap();
    let back = zoo
        .deliver(&zoo.worker(CountBear), vec![zoo.poke("a", Deed::Work)])
        .await;
    assert_eq!(back, ["m0"]);
    assert_eq!(
        zoo.record("a", CountBear::NAME).await.unwrap().status,
        Status::InProgress
    );
    let key = AttributeValue::S("/woods#a".to_owned());
    let query = zoo
        .dynamodb
        .query()
        .table_name("idempotency")
        .key_condition_expression("event = :event");
    let found = query
        .expression_attribute_values(":event", key)
        .send()
        .await
        .unwrap();
    assert_eq!(
        found.count(),
        1,
        "one Query shows what every consumer did with an event"
    );
}
