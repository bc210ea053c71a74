//! An effect happens once, however often and wherever its event comes.

use std::sync::atomic::Ordering;

use tidings_core::protocol::Status;
use tidings_testkit::{Bench, Ended};

use super::zoo::{CountBear, Deed, FeedBear, SeeBear, effects, once, poke, record, status};

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
async fn a_redriven_message_with_a_new_message_id_is_the_same_event() {
    let feed = FeedBear::default();
    let worker = Bench::open().await.worker(feed.clone()).await;
    let message = poke("a", Deed::Work).message();
    assert_eq!(worker.deliver([message.clone().id("first")]).await, [Ended::Done]);
    assert_eq!(worker.deliver([message.id("redriven")]).await, [Ended::Duplicate]);
    assert_eq!(feed.fed.load(Ordering::Relaxed), 1);
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
