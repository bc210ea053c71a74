//! Consumers on the bench, and what goes wrong there.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;
use tidings_core::protocol::Status;
use tidings_testkit::{Bench, Death, Ended, given, raw};

use crate::library::{LookAtBook, MailReader, NoteReader, ReminderPlanned, SHELF, lent};

#[tokio::test]
async fn each_message_of_a_batch_ends_by_itself_and_in_its_place() {
    let bench = Bench::open().await;
    let worker = bench.worker(NoteReader).await;
    let (ada, nobody) = (given(&lent("ada")), given(&lent("nobody")).id("nobody"));
    let ended = worker
        .deliver([raw("no JSON"), ada.message(), nobody.message(), ada.message()])
        .await;
    assert!(ended[0].reason().contains("no JSON object"), "{ended:?}");
    assert_eq!(
        ended[1..],
        [
            Ended::Done,
            Ended::set_aside("a reader must be somebody"),
            Ended::Duplicate
        ]
    );
    assert_eq!(worker.dead_letters().len(), 2);

    let note =
        json!({ "book": "dune", "seen": "2026-01-15T10:00:00Z", "reader": "ada", "try": 1, "by": null });
    assert_eq!(bench.rows(&SHELF).await, [note]);
    assert_eq!(
        bench.emitted::<ReminderPlanned>().await,
        [ReminderPlanned {
            reader: "ada".to_owned()
        }]
    );
    assert_eq!(
        worker.record(&ada.envelope()).await.map(|record| record.status),
        Some(Status::Completed)
    );
    assert_eq!(
        worker
            .record(&nobody.envelope())
            .await
            .map(|record| record.status),
        Some(Status::Failed)
    );
}

#[tokio::test]
async fn a_worker_that_dies_before_it_records_its_effect_leaves_it_to_be_begun_again_when_its_lease_ends() {
    let bench = Bench::open().await;
    let mail = MailReader::default();
    let worker = bench.worker(mail.clone()).await;
    let ada = given(&lent("ada"));
    worker.deliver_and_die(Death::BeforeCompletion, [&ada]).await;
    assert_eq!(mail.mails.load(Ordering::Relaxed), 1);

    // Ten seconds to the deadline of the dead, one of clock skew, one to be behind it.
    assert_eq!(worker.deliver([&ada]).await, [Ended::back(12, "in flight")]);
    bench.pass(Duration::from_secs(12));
    assert_eq!(worker.deliver([&ada]).await, [Ended::Done]);
    assert_eq!(
        mail.mails.load(Ordering::Relaxed),
        2,
        "a mail takes no idempotency key"
    );
    assert_eq!(
        worker.record(&ada.envelope()).await.map(|record| record.attempts),
        Some(2)
    );
}

#[tokio::test]
async fn a_worker_that_dies_between_recording_and_acknowledging_leaves_a_duplicate() {
    let bench = Bench::open().await;
    let worker = bench.worker(NoteReader).await;
    let ada = given(&lent("ada"));
    worker.deliver_and_die(Death::AfterCompletion, [&ada]).await;
    assert_eq!(bench.rows(&SHELF).await.len(), 1);
    assert_eq!(worker.deliver([&ada]).await, [Ended::Duplicate]);

    let bob = given(&lent("bob")).id("bob");
    worker.deliver_and_die(Death::BeforeCompletion, [&bob]).await;
    assert_eq!(
        worker.record(&bob.envelope()).await,
        None,
        "effect and record are one write"
    );
}

#[tokio::test]
async fn what_a_worker_told_before_it_died_is_not_told_of_the_next_batch() {
    let worker = Bench::open().await.worker(NoteReader).await;
    let batch = [raw("no JSON"), given(&lent("ada")).message()];
    worker.deliver_and_die(Death::BeforeCompletion, batch).await;
    worker.dead_letter_queue_is_down(true);
    let ended = worker.deliver([raw("{}")]).await;
    assert!(
        ended[0].reason().contains("`specversion` is missing"),
        "{ended:?}"
    );
}

#[tokio::test]
#[should_panic(expected = "look-at-book lives: no event of the batch came to its completion")]
async fn a_death_that_cannot_come_is_said_so() {
    let worker = Bench::open().await.worker(LookAtBook).await;
    worker
        .deliver_and_die(Death::BeforeCompletion, [given(&lent("ada"))])
        .await;
}

#[tokio::test]
async fn what_fails_for_now_comes_back_after_the_whole_of_its_backoff() {
    let worker = Bench::open().await.worker(MailReader::default()).await;
    let message = given(&lent("unreachable")).message();
    let batch = [1, 2, 7].map(|receives| message.clone().received(receives));
    for (message, seconds) in batch.into_iter().zip([1, 2, 60]) {
        assert_eq!(
            worker.deliver([message]).await,
            [Ended::back(seconds, "no answer")]
        );
    }
}

#[tokio::test]
async fn near_the_deadline_nothing_is_begun() {
    let worker = Bench::open().await.worker(MailReader::default()).await;
    let ended = worker
        .deliver_within(Duration::from_millis(400), [given(&lent("ada"))])
        .await;
    assert_eq!(
        ended,
        [Ended::back(1, "not begun: the function's deadline is near")]
    );
}

#[tokio::test(start_paused = true)]
async fn on_a_paused_clock_a_handler_that_hangs_costs_no_time() {
    let bench = Bench::open().await;
    let worker = bench.worker(MailReader::default()).await;
    let ended = worker.deliver([given(&lent("slow"))]).await;
    assert!(
        ended[0]
            .reason()
            .contains("was not done before the function's deadline"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn what_is_in_a_table_before_is_what_the_consumer_meets() {
    let bench = Bench::open().await;
    let earlier = json!({ "book": "dune", "seen": "2026-01-15T10:00:00Z", "reader": "eve" });
    bench
        .put(&SHELF, &json!({ "book": "dune", "seen": "2027" }))
        .await;
    bench.put(&SHELF, &earlier).await;
    let worker = bench.worker(NoteReader).await;
    assert_eq!(
        worker.deliver([given(&lent("ada"))]).await,
        [Ended::Done],
        "superseded"
    );
    let rows = bench.rows(&SHELF).await;
    assert_eq!(
        (&rows[0], rows.len()),
        (&earlier, 2),
        "rows come in the order of their keys"
    );
    assert!(bench.outbox().await.is_empty());
}

#[tokio::test]
async fn a_group_waits_behind_its_first_failure() {
    let worker = Bench::open().await.worker(MailReader::default()).await;
    let message = |reader: &str| given(&lent(reader)).id(reader).message().in_group("dune");
    let ended = worker
        .deliver([message("ada"), message("unreachable"), message("bob")])
        .await;
    assert_eq!(ended[..2], [Ended::Done, Ended::back(1, "no answer")]);
    assert!(
        ended[2].reason().contains("behind a message of its group"),
        "{ended:?}"
    );
}
