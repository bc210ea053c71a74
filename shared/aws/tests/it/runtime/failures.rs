//! What becomes of an event that failed.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tidings_aws::idempotency::IdempotencyTable;
use tidings_core::{Clock as _, Failure, catalogue::IDEMPOTENCY, protocol::Status};
use tidings_testkit::{Bench, Ended, raw};

use super::zoo::{CountBear, Deed, EFFECTS, FeedBear, poke, record, status};

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
async fn who_asks_is_told_when_the_first_try_began_when_the_next_is_due_and_what_went_wrong() {
    let bench = Bench::open().await;
    let worker = bench.worker(FeedBear::default()).await;
    let records = IdempotencyTable::new(bench.dynamodb(), IDEMPOTENCY.name);
    let trail = async || records.trails("/given#a").await.unwrap().remove(0);
    let begun = bench.clock().now();
    assert_eq!(
        worker.deliver([poke("a", Deed::Transient)]).await,
        [Ended::back(1, "asleep")]
    );
    let failed = trail().await;
    let second = Duration::from_secs(1);
    assert_eq!(
        (failed.next_try, failed.begun),
        (Some(begun + second), Some(begun))
    );
    assert_eq!((failed.consumer.as_str(), failed.completed), ("feed-bear", None));

    bench.pass(second);
    assert_eq!(worker.deliver([poke("a", Deed::Work)]).await, [Ended::Done]);
    let done = trail().await;
    let times = (done.begun, done.claimed, done.completed);
    assert_eq!(times, (Some(begun), Some(begun + second), Some(begun + second)));
    let errors = (done.first_error.as_deref(), done.last_error.as_deref());
    assert_eq!(errors, (Some("asleep"), Some("asleep")));
    assert_eq!((done.status, done.attempts), (Status::Completed, 2));
    assert_eq!(records.trails("/given#b").await.unwrap(), []);
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
async fn a_request_that_dynamodb_does_not_take_is_our_own_fault_and_is_told_as_such() {
    let bench = Bench::open().await;
    let put = |event: &str| {
        let key = [("event", event), ("consumer", "poke-bear")];
        let put = bench.dynamodb().put_item().table_name(IDEMPOTENCY.name);
        key.into_iter().fold(put, |put, (name, value)| {
            put.item(name, AttributeValue::S(value.to_owned()))
        })
    };
    put(&"x".repeat(2_048)).send().await.unwrap();
    for no_key in [String::new(), "x".repeat(2_049)] {
        let error = put(&no_key).send().await.unwrap_err();
        let direct = Failure::from(error);
        assert!(
            matches!(
                direct,
                Failure::Permanent {
                    class: "OurFault",
                    ..
                }
            ),
            "{direct:?}"
        );
        let error = put(&no_key).send().await.unwrap_err().into_service_error();
        let unwrapped = Failure::from(error);
        assert!(
            matches!(
                unwrapped,
                Failure::Permanent {
                    class: "OurFault",
                    ..
                }
            ),
            "{unwrapped:?}"
        );
    }
    let nowhere = bench
        .dynamodb()
        .get_item()
        .table_name("nowhere")
        .key("event", AttributeValue::S("x".into()));
    let other = Failure::from(nowhere.send().await.unwrap_err());
    assert!(
        matches!(other, Failure::Transient { .. }),
        "a table that is not there yet may come: {other:?}"
    );
}
