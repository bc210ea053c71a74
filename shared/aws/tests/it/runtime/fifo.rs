//! FIFO queues: groups beside each other, each in order.

use std::time::Duration;

use tidings_testkit::{Bench, Ended, raw};

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
async fn what_follows_a_message_that_is_set_aside_waits_behind_it_in_this_batch_and_in_those_to_come() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let grouped = |id: &str, deed| poke(id, deed).message().in_group(&id[..1]);
    let batch = [
        grouped("a1", Deed::Permanent).id("m1"),
        grouped("a2", Deed::Work),
        grouped("b1", Deed::Work),
    ];
    let behind = Ended::back(1, "behind a message of its group that failed");
    assert_eq!(
        worker.deliver(batch).await,
        [Ended::set_aside("no bear"), behind.clone(), Ended::Done]
    );
    let [letter] = worker.dead_letters().try_into().expect("one letter");
    assert_eq!(
        (letter.group.as_deref(), letter.message_id.as_str()),
        (Some("a"), "m1")
    );

    bench.pass(Duration::from_secs(60));
    let ended = worker
        .deliver([grouped("a2", Deed::Work), grouped("a3", Deed::Work)])
        .await;
    let waits = "waits behind /given#a1, a dead letter of its group since 2026-01-15T10:00:00Z";
    assert_eq!(
        ended,
        [Ended::back(60, waits), behind],
        "as long as the letter has been there"
    );
    assert_eq!(effects(&bench).await, [once("b1")]);

    // The letter is a group by itself, and says where it belongs.
    let redriven = poke("a1", Deed::Work).message().in_group("m1").letter_of("a");
    assert_eq!(worker.deliver([redriven]).await, [Ended::Done]);
    let ended = worker
        .deliver([grouped("a2", Deed::Work), grouped("a3", Deed::Work)])
        .await;
    assert_eq!(ended, [Ended::Done, Ended::Done]);
    assert_eq!(effects(&bench).await, ["a1", "a2", "a3", "b1"].map(once));
}

#[tokio::test]
async fn a_body_that_is_no_event_holds_up_its_group_too() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let ended = worker.deliver([raw("{").in_group("a")]).await;
    assert!(matches!(&ended[..], [Ended::SetAside { .. }]), "{ended:?}");
    let ended = worker
        .deliver([poke("a2", Deed::Work).message().in_group("a")])
        .await;
    assert!(ended[0].reason().starts_with("waits behind #body#"), "{ended:?}");
    // It is known again, and mended it is another message: only dropping it lets its group go on.
    let ended = worker.deliver([raw("{").in_group("m1").letter_of("a")]).await;
    assert!(matches!(&ended[..], [Ended::SetAside { .. }]), "{ended:?}");
}

#[tokio::test]
async fn while_a_letter_cannot_be_sent_nothing_passes_it_and_it_may_still_be_done() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    worker.dead_letter_queue_is_down(true);
    let grouped = |id: &str, deed| poke(id, deed).message().in_group("a");
    let ended = worker
        .deliver([grouped("a1", Deed::Permanent), grouped("a2", Deed::Work)])
        .await;
    assert_eq!(
        ended[0],
        Ended::back(1, "no bear (not set aside: the queue is down)")
    );
    assert!(!ended[1].is_acknowledged());
    let ended = worker
        .deliver([grouped("a1", Deed::Work), grouped("a2", Deed::Work)])
        .await;
    assert_eq!(ended, [Ended::Done, Ended::Done]);
}

#[tokio::test]
async fn a_message_that_has_waited_long_has_all_its_tries_before_it_and_so_has_one_that_is_redriven() {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let received = |(group, spent): (&str, u32), receives| {
        let message = poke("a1", Deed::Transient).message().tried(spent);
        [message.in_group(group).letter_of("a").received(receives)]
    };
    // It has waited; it was redriven; it was redriven once more, and has waited.
    for (message, first) in [(("a", 0), 500), (("m1", 40), 1), (("m2", 80), 500)] {
        for receives in first..first + 39 {
            let ended = worker.deliver(received(message, receives)).await;
            assert_eq!(ended[0].reason(), "asleep", "{receives}");
            assert!(!ended[0].is_acknowledged(), "{receives}");
        }
        let ended = worker.deliver(received(message, first + 39)).await;
        assert!(
            matches!(&ended[..], [Ended::SetAside { reason }] if reason.starts_with("asleep (given up: tried ")),
            "{ended:?}"
        );
    }
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
