//! The audit log on a bench: every event, once, as it came, and found again.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use aws_sdk_dynamodb::types::AttributeValue;
use platform::{
    AuditLog, RecordAuditLog,
    audit_log::{AUDIT_LOG, BY_CORRELATION, BY_SUBJECT},
};
use serde_json::{Value, json};
use tidings_core::{Envelope, Incoming as _, Takes, catalogue::Index};
use tidings_testkit::{Bench, Ended, Worker, given_json, raw};

/// An event that no contract here knows, of a version that needs a newer reader, with a sealed value.
const STRANGE: &str = r#"{"specversion":"1.0","id":"e-1","source":"/others","type":"parcel.weighed",
    "time":"2026-01-15T10:00:00.25Z","subject":"par-1","schemaversion":7,"minreader":7,"correlationid":"chain",
    "causationid":"e-0","hops":3,"sampled":true,"data":{"grams":1200,
    "by":{"sealed":{"person":"u-1","data":"AAAA"}}}}"#;

async fn open() -> (Bench, Worker) {
    let bench = Bench::open().await;
    let log = AuditLog::new(bench.dynamodb(), AUDIT_LOG.name);
    let worker = bench.worker(RecordAuditLog { log }).await;
    (bench, worker)
}

/// The envelope that the items of an event hold.
fn kept(rows: &[Value]) -> Envelope {
    let text: String = rows.iter().map(|row| row["envelope"].as_str().unwrap()).collect();
    Envelope::parse(&text).unwrap()
}

/// The keys of the events under this key of an index, in its order.
async fn found(bench: &Bench, index: &Index, key: &str) -> Vec<String> {
    let query = bench
        .dynamodb()
        .query()
        .table_name(AUDIT_LOG.name)
        .index_name(index.name)
        .key_condition_expression("#key = :key")
        .expression_attribute_names("#key", index.partition_key)
        .expression_attribute_values(":key", AttributeValue::S(key.to_owned()));
    let items = query.send().await.unwrap().items.unwrap_or_default();
    items
        .iter()
        .map(|item| item["event"].as_s().unwrap().clone())
        .collect()
}

#[test]
fn its_subscription_lets_everything_through() {
    assert_eq!(tidings_core::AnyEvent::takes(), Takes::All);
}

#[tokio::test]
async fn an_event_of_an_unknown_type_and_a_newer_version_is_kept_as_it_came() {
    let (bench, worker) = open().await;
    let strange = given_json(STRANGE);
    assert_eq!(worker.deliver([&strange]).await, [Ended::Done]);
    let rows = bench.rows(&AUDIT_LOG).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(kept(&rows), strange.envelope());
    assert_eq!(
        kept(&rows).data(),
        strange.envelope().data(),
        "sealed as it was, byte for byte"
    );
}

#[tokio::test]
async fn what_comes_again_changes_nothing_and_what_is_no_event_is_set_aside() {
    let (bench, worker) = open().await;
    let first = given_json(STRANGE);
    assert_eq!(worker.deliver([&first]).await, [Ended::Done]);
    let kept_first = bench.rows(&AUDIT_LOG).await;

    // In batches of their own: two of one event in a batch are handled as one.
    let forged = given_json(&STRANGE.replace("1200", "1"));
    assert_eq!(worker.deliver([&first]).await, [Ended::Done]);
    assert_eq!(worker.deliver([&forged]).await, [Ended::Done]);
    let ended = worker.deliver([raw("no JSON")]).await;
    assert!(matches!(ended[0], Ended::SetAside { .. }), "{ended:?}");
    assert_eq!(bench.rows(&AUDIT_LOG).await, kept_first);
}

#[tokio::test]
async fn a_chain_and_a_subject_are_found_by_their_index_in_the_order_of_time() {
    let (bench, worker) = open().await;
    let later = given_json(STRANGE);
    let earlier = given_json(
        &STRANGE
            .replace("\"e-1\"", "\"e-2\"")
            .replace("10:00:00.25", "09:59:00"),
    );
    let other = STRANGE.replace("\"e-1\"", "\"e-3\"").replace("par-1", "par-2");
    let other = given_json(&other.replace("chain", "another"));
    worker.deliver([&later, &earlier, &other]).await;
    let both = ["/others#e-2", "/others#e-1"];
    assert_eq!(found(&bench, &BY_CORRELATION, "chain").await, both);
    assert_eq!(found(&bench, &BY_SUBJECT, "par-1").await, both);
    assert_eq!(found(&bench, &BY_SUBJECT, "par-2").await, ["/others#e-3"]);
}

#[tokio::test]
async fn an_event_that_names_no_chain_no_subject_and_no_time_is_found_by_its_own_id() {
    let (bench, worker) = open().await;
    let bare = given_json(r#"{"specversion":"1.0","id":"bare","source":"/others","type":"t"}"#);
    assert_eq!(worker.deliver([&bare]).await, [Ended::Done]);
    assert_eq!(found(&bench, &BY_CORRELATION, "bare").await, ["/others#bare"]);
}

#[tokio::test]
async fn an_event_that_is_larger_than_an_item_is_kept_whole_in_several() {
    let (bench, worker) = open().await;
    let text = "€".repeat(330 * 1024);
    let large = given_json(&STRANGE.replace("1200", &json!(text).to_string()));
    assert!(large.envelope().to_json().len() > 900 * 1024);
    assert_eq!(worker.deliver([&large]).await, [Ended::Done]);
    let rows = bench.rows(&AUDIT_LOG).await;
    assert_eq!((rows.len(), &rows[0]["parts"]), (3, &json!(3)));
    assert_eq!(kept(&rows), large.envelope());
    assert_eq!(found(&bench, &BY_SUBJECT, "par-1").await, ["/others#e-1"]);

    assert_eq!(worker.deliver([&large]).await, [Ended::Done], "and again");
    assert_eq!(bench.rows(&AUDIT_LOG).await, rows);
}

#[tokio::test]
async fn data_that_is_kept_elsewhere_stays_there_and_may_be_gone() {
    let (bench, worker) = open().await;
    let light =
        r#"{"specversion":"1.0","id":"e-1","source":"/others","type":"t","dataref":"s3://gone/for-good"}"#;
    assert_eq!(worker.deliver([&given_json(light)]).await, [Ended::Done]);
    let event = kept(&bench.rows(&AUDIT_LOG).await);
    assert!(event.is_light());
    assert_eq!(event.dataref.as_deref(), Some("s3://gone/for-good"));
    assert_eq!(bench.claims().reads(), 0);
}

#[tokio::test]
async fn names_that_are_too_long_for_an_index_are_kept_without_being_in_it() {
    let (bench, worker) = open().await;
    let long = "x".repeat(3000);
    let unnamed = STRANGE.replace("chain", &long).replace("parcel.weighed", &long);
    let event = given_json(&unnamed.replace("par-1", &long));
    assert_eq!(worker.deliver([&event]).await, [Ended::Done]);
    let rows = bench.rows(&AUDIT_LOG).await;
    assert_eq!(kept(&rows), event.envelope());
    for absent in ["correlation_id", "subject", "event_type"] {
        assert!(rows[0].get(absent).is_none(), "{absent}");
    }
}
