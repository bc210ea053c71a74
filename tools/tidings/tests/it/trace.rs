//! `tidings trace`, as somebody meets it who wants to know what became of an order: on a local run, and on its data
//! file when it has ended.

use std::{path::Path, process::Command};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::catalogue::IDEMPOTENCY;

use crate::running::{Local, TIDINGS};

/// The exit code, the standard output and the standard error.
fn trace(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(TIDINGS);
    let command = command.arg("trace").args(arguments);
    for variable in ["TIDINGS_STAGE", "TIDINGS_LOCAL", "TIDINGS_DATA"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The event of this type that has no cause, in the JSON form.
fn head<'t>(trace: &'t Value, kind: &str) -> &'t Value {
    let events = trace["events"].as_array().unwrap();
    let head = events.iter().find(|event| event["type"] == kind);
    head.unwrap_or_else(|| panic!("{trace}"))
}

fn delivery<'t>(event: &'t Value, consumer: &str) -> &'t Value {
    let consumers = event["consumers"].as_array().unwrap();
    let delivery = consumers.iter().find(|delivery| delivery["consumer"] == consumer);
    delivery.unwrap_or_else(|| panic!("{event}"))
}

/// Its record is gone, as if it had never been brought.
async fn forget(data: &Path, event: &str, consumer: &str) {
    let database = EmbeddedDynamoDb::in_file(data).unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let delete = database.client().delete_item().table_name(IDEMPOTENCY.name);
    let delete = delete.key("event", text(event)).key("consumer", text(consumer));
    delete.send().await.unwrap();
}

#[tokio::test]
async fn what_became_of_an_order_is_shown_in_every_form_and_what_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let data = file.to_str().unwrap();
    let mut local = Local::start(&["--data", data]);
    let address = local.address.clone();
    let order = local.printed_order();
    let (status, placed) = local.request("POST", "/orders", &order);
    assert_eq!(status, 202, "{placed}");
    let of = |name: &str| placed[name].as_str().unwrap().to_owned();
    let (order, chain, event) = (of("orderId"), of("correlationId"), of("eventId"));

    // Who follows is shown every change, and is let go when nothing is to come any more.
    let (code, told, error) = trace(&[&order, "--local", &address, "--follow"]);
    assert_eq!(code, 0, "{told}{error}");
    let last = told.rsplit_once("order.placed").unwrap().1;
    for consumer in [
        "create-invoice",
        "create-shipment",
        "send-order-confirmation",
        "mark-order-shipped",
    ] {
        let line = last.lines().find(|line| line.contains(consumer));
        assert!(
            line.is_some_and(|line| line.contains(" done ")),
            "{consumer}: {told}"
        );
    }
    drop(local);

    // By the order, by the chain, by the event's id and by its key it is the same tree, which anybody's file tells.
    let traced = |of: &str, more: &[&str]| trace(&[&[of, "--data", data], more].concat());
    let (code, json, error) = traced(&order, &["--json"]);
    assert_eq!(code, 0, "{json}{error}");
    let tree: Value = serde_json::from_str(&json).unwrap();
    let placed = head(&tree, "order.placed");
    let key = placed["key"].as_str().unwrap().to_owned();
    for name in [&chain, &event, &key] {
        let (_, other, _) = traced(name, &["--json"]);
        let other: Value = serde_json::from_str(&other).unwrap();
        assert_eq!(head(&other, "order.placed"), placed, "{name}");
    }
    let invoice = &delivery(placed, "create-invoice")["caused"][0];
    assert_eq!(invoice["type"], "invoice.created");
    let (shipment, confirmation) = (
        delivery(placed, "create-shipment"),
        delivery(placed, "send-order-confirmation"),
    );
    assert_eq!(
        (&shipment["ended"], &shipment["guarantee"]),
        (&"done".into(), &"leased".into())
    );
    assert!(
        confirmation["waitedMs"].is_u64() && confirmation["tookMs"].is_u64(),
        "{confirmation}"
    );
    assert!(!json.contains("ada@example.com"), "personal values stay sealed");

    let (_, waterfall, _) = traced(&chain, &["--as", "waterfall"]);
    assert!(
        waterfall.contains("█ its last try") && waterfall.contains("invoice.created"),
        "{waterfall}"
    );
    let (_, mermaid, _) = traced(&chain, &["--as", "mermaid"]);
    assert!(
        mermaid.starts_with("sequenceDiagram\n") && mermaid.contains("as create-invoice\n"),
        "{mermaid}"
    );
    let (code, left, _) = traced(&order, &["--failed"]);
    assert!(code == 0 && left.starts_with("nothing of it is left: "), "{left}");

    // What was never brought is absent, and an event that nobody has published is told as that.
    forget(&file, &key, "create-shipment").await;
    let (code, awaited, _) = traced(&order, &[]);
    assert!(code == 0 && awaited.contains(" awaited"), "{awaited}");
    let (code, absent, _) = traced(&order, &["--lag", "0s", "--failed"]);
    let lines: Vec<_> = absent.lines().filter(|line| line.contains('!')).collect();
    assert!(
        code == 1 && lines.len() == 1 && lines[0].contains("create-shipment") && lines[0].contains("ABSENT"),
        "{absent}"
    );

    let (code, _, error) = traced("ord-of-nobody", &[]);
    assert!(
        code == 1 && error.contains("nothing is known of ord-of-nobody"),
        "{error}"
    );
    assert_eq!(traced(&order, &["--lag", "soon"]).0, 2);
}
