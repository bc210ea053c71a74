//! FIFO queues: groups beside each other, each in order.

use tidings_testkit::{Bench, Ended};

use super::zoo::{CountBear, Deed, effects, once, poke};

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
