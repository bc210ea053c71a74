//! Leases: who holds one, who lost one, who died with one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tidings_core::protocol::Status;
use tidings_testkit::{Bench, Death, Ended};

use super::zoo::{Deed, FeedBear, poke, record};

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
