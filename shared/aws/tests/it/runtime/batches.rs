//! One record at a time: what is bad, panics or comes twice in a batch is its own affair.

use std::sync::atomic::Ordering;

use tidings_testkit::{Bench, Ended, raw};

use super::zoo::{CountBear, Deed, FeedBear, effects, once, poke, record};

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
