//! Near the deadline.

use std::{sync::atomic::Ordering, time::Duration};

use tidings_core::{Clock as _, protocol::Status};
use tidings_testkit::{Bench, Ended};

use super::zoo::{Deed, FeedBear, poke, record, status};

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
