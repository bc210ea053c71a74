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
async fn a_handler_that_hangs_is_stopped_before_the_deadline_and_its_lease_lapses() {
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
    let lapses = tidings_core::Clock::now(zoo.clock.as_ref()) + Duration::from_millis(1600);
    assert_eq!(record.lease_until, lapses, "what it began outside may be there");
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

/// A message of a FIFO queue's group.
fn in_group(
    mut message: aws_lambda_events::sqs::SqsMessage,
    group: &str,
) -> aws_lambda_events::sqs::SqsMessage {
    message.event_source_arn = Some("arn:aws:sqs:eu-central-1:000000000000:poke-bear.fifo".to_owned());
    message
        .attributes
        .insert("MessageGroupId".to_owned(), group.to_owned());
    message
}

#[tokio::test]
async fn in_a_fifo_batch_the_first_failure_of_a_group_stops_that_group_and_no_other() {
    let zoo = Zoo::open().await;
    let worker = zoo.worker(CountBear);
    let batch = vec![
        in_group(zoo.poke("a1", Deed::Work), "a"),
        in_group(zoo.poke("b1", Deed::Work), "b"),
        in_group(zoo.poke("a2", Deed::Transient), "a"),
        in_group(zoo.poke("b2", Deed::Work), "b"),
        in_group(zoo.poke("a3", Deed::Work), "a"),
        in_group(zoo.poke("a4", Deed::Work), "a"),
    ];
    assert_eq!(zoo.deliver(&worker, batch).await, ["m2", "m4", "m5"]);
    let mut done = Vec::new();
    for id in ["a1", "a2", "a3", "a4", "b1", "b2"] {
        done.push(zoo.effects(id).await);
    }
    assert_eq!(done, [1, 0, 0, 0, 1, 1]);
    let postponed: Vec<_> = zoo
        .seen
        .postponed
        .lock()
        .unwrap()
        .iter()
        .map(|(receipt, _)| receipt.clone())
        .collect();
    assert_eq!(
        postponed,
        ["r2", "r4", "r5"],
        "none stays hidden for the whole visibility time-out"
    );
}

#[tokio::test]
async fn in_a_fifo_batch_what_cannot_be_helped_is_set_aside_and_its_group_goes_on() {
    let zoo = Zoo::open().await;
    let batch = vec![
        in_group(zoo.poke("a1", Deed::Permanent), "a"),
        in_group(zoo.poke("a2", Deed::Work), "a"),
    ];
    assert!(zoo.deliver(&zoo.worker(CountBear), batch).await.is_empty());
    assert_eq!(zoo.effects("a2").await, 1);
    let letter = zoo.seen.letters.lock().unwrap()[0].clone();
    assert_eq!(
        (letter.group.as_deref(), letter.message_id.as_str()),
        (Some("a"), "m0")
    );
}

#[tokio::test]
async fn a_group_in_a_standard_queue_is_no_order() {
    let zoo = Zoo::open().await;
    let grouped = |id: &str, deed| {
        let mut message = in_group(zoo.poke(id, deed), "a");
        message.event_source_arn = Some("arn:aws:sqs:eu-central-1:000000000000:poke-bear".to_owned());
        message
    };
    let batch = vec![grouped("a1", Deed::Transient), grouped("a2", Deed::Work)];
    assert_eq!(zoo.deliver(&zoo.worker(CountBear), batch).await, ["m0"]);
}
