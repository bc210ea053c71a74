use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::{Document, document::EventVersion, fixture::small};

/// What an account answers that has the shop of the fixture, stage `beta`: recorded shapes, made small.
fn deployed() -> Deployed {
    serde_json::from_str(include_str!("../../fixtures/deployed.json")).expect("what is deployed")
}

fn told(change: impl FnOnce(&mut Deployed)) -> Vec<String> {
    let mut deployed = deployed();
    change(&mut deployed);
    let drift = small().drift(&Names::new("shop", Some("beta")), &deployed);
    let said = |one: &Difference| {
        format!(
            "{} {} {}: {} {}",
            one.kind, one.name, one.setting, one.expected, one.found
        )
    };
    drift.0.iter().map(said).collect()
}

#[test]
fn what_is_deployed_from_the_document_does_not_differ() {
    assert_eq!(told(|_| {}), Vec::<String>::new());
}

#[test]
fn a_filter_that_was_changed_by_hand_is_told_with_what_was_expected() {
    let changed = told(|deployed| {
        let filter = json!({ "type": ["order.placed", "order.cancelled"] });
        deployed.subscriptions[0].filter = Some(filter);
    });
    assert_eq!(
        changed,
        [
            r#"subscription beta-create-invoice filter: {"type":["order.placed"]} {"type":["order.cancelled","order.placed"]}"#
        ]
    );
    let gone = told(|deployed| deployed.subscriptions[0].filter = None);
    assert_eq!(
        gone,
        [r#"subscription beta-create-invoice filter: {"type":["order.placed"]} null"#]
    );
    let body = told(|deployed| deployed.subscriptions[0].filter_scope = Some("MessageBody".to_owned()));
    assert_eq!(
        body,
        [r#"subscription beta-create-invoice filter's scope: "MessageAttributes" "MessageBody""#]
    );
}

#[test]
fn the_order_of_a_filter_says_nothing() {
    let mut document = small();
    let filter = |types: [&str; 2]| Some(json!({ "type": types }));
    document.consumers[0].filter = filter(["a", "b"]);
    let mut deployed = deployed();
    deployed.subscriptions[0].filter = filter(["b", "a"]);
    assert_eq!(
        document.drift(&Names::new("shop", Some("beta")), &deployed),
        Drift::default()
    );
}

#[test]
fn what_is_missing_and_what_is_too_many_is_told() {
    assert_eq!(
        told(|deployed| deployed.subscriptions.truncate(3)),
        [r#"subscription beta-record-audit-log : "is there" null"#]
    );
    let stranger = told(|deployed| {
        let stranger = deployed::Subscription {
            queue: "beta-somebody".to_owned(),
            ..Default::default()
        };
        deployed.subscriptions.push(stranger);
    });
    assert_eq!(stranger, [r#"subscription beta-somebody : null "is there""#]);
    let twice = told(|deployed| {
        let again = deployed.subscriptions[0].clone();
        deployed.subscriptions.push(again);
    });
    assert_eq!(
        twice,
        ["subscription beta-create-invoice subscriptions to the topic: 1 2"]
    );
    assert_eq!(
        told(|deployed| drop(deployed.tables.remove("beta-shop-invoices"))),
        [r#"table beta-shop-invoices : "is there" null"#]
    );
}

#[test]
fn settings_of_queues_feeds_functions_and_tables_are_compared() {
    let queue = told(|deployed| {
        let queue = deployed.queues.get_mut("beta-create-invoice").expect("the queue");
        (queue.visibility_seconds, queue.max_receive_count) = (Some(30), Some(3));
    });
    assert_eq!(
        queue,
        [
            "queue beta-create-invoice a message is hidden for (s): 60 30",
            "queue beta-create-invoice receives, at most: 1000 3"
        ]
    );
    let feed = told(|deployed| {
        (deployed.mappings[0].enabled, deployed.mappings[0].partial) = (false, false);
    });
    assert_eq!(
        feed,
        [
            "event source mapping beta-create-invoice -> beta-create-invoice switched on: true false",
            "event source mapping beta-create-invoice -> beta-create-invoice answers which records failed: true false"
        ]
    );
    let function = told(|deployed| {
        deployed
            .functions
            .get_mut("beta-place-order")
            .expect("it")
            .timeout_seconds = Some(3);
    });
    assert_eq!(function, ["function beta-place-order time-out (s): 10 3"]);
    let table = told(|deployed| {
        let table = deployed.tables.get_mut("beta-shop-outbox").expect("it");
        table.expiry = None;
        table.indexes.clear();
    });
    assert_eq!(
        table,
        [
            r#"table beta-shop-outbox expires by: "expires" null"#,
            r#"table beta-shop-outbox keys of index pending: ["pending","since"] null"#
        ]
    );
}

#[test]
fn two_documents_differ_where_one_says_otherwise() {
    let (own, mut other) = (small(), small());
    assert_eq!(own.differences(&other), Drift::default());
    other.consumers.remove(2);
    other.consumers[0].timeout_seconds = Some(30);
    other.consumers[0].publishes.push(EventVersion {
        name: "order.placed".to_owned(),
        version: 2,
    });
    other.contracts[1].versions[1].written = Some(json!({ "type": "object" }));
    let drift = own.differences(&other);
    let named: Vec<_> = drift
        .0
        .iter()
        .map(|one| format!("{} {} {}", one.kind, one.name, one.setting))
        .collect();
    assert!(
        named.contains(&"consumer create-invoice timeoutSeconds".to_owned()),
        "{drift}"
    );
    assert!(
        named.contains(&"consumer create-invoice publishes.order.placed".to_owned()),
        "{drift}"
    );
    assert!(named.contains(&"consumer watch-orders ".to_owned()), "{drift}");
    assert!(
        named.contains(&"contract order.placed versions.v2.written.properties".to_owned()),
        "{drift}"
    );
    let text = drift.to_string();
    assert!(text.contains("consumer watch-orders\n  is not there"), "{text}");
    assert!(text.contains("  timeoutSeconds: expected 10, found 30"), "{text}");
}

#[test]
fn what_to_ask_for_is_every_name_of_the_stage() {
    let document: Document = small();
    let wanted = Names::new("shop", Some("beta")).wanted(&document);
    assert_eq!(wanted.topic, "beta-shop-events");
    for queue in [
        "beta-create-invoice",
        "beta-create-invoice-dlq",
        "beta-create-invoice-subscription-dlq",
        "beta-handle-quote.fifo",
        "beta-handle-quote-dlq.fifo",
        "beta-relay-outbox-failures",
    ] {
        assert!(wanted.queues.iter().any(|one| one == queue), "{queue}");
    }
    assert!(
        !wanted
            .queues
            .iter()
            .any(|one| one == "beta-handle-quote-subscription-dlq")
    );
    assert_eq!(
        Names::new("shop", Some("")).wanted(&document).topic,
        "shop-events"
    );
}
