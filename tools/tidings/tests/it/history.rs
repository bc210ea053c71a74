//! Replay and backfill, on a data file of the local run.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const ORDER: &str = r#"{"email":"ada@example.com","currency":"EUR","card":"tok_visa","items":[{"sku":"mug-blue","name":"Blue mug","quantity":2,"unitPrice":1299}]}"#;

/// A folder with a data file in which so many orders have been placed and handled.
fn shop(orders: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut local = Command::new(TIDINGS)
        .args([
            "local",
            "--port",
            "0",
            "--data",
            "shop.db",
            "--mail",
            "mail",
            "--invoices",
            "invoices",
        ])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(local.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let ready = lines.next().unwrap();
    let address = ready
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap()
        .to_owned();
    for number in 0..orders {
        let post = ureq::post(format!("{address}/orders")).header("content-type", "application/json");
        let post = post.header("idempotency-key", format!("order-{number}"));
        assert_eq!(post.send(ORDER).unwrap().status(), 202);
    }
    let shown = |line: &String| line.contains("project-orders") && line.contains("done");
    // Placed, and shipped when its parcel is packed.
    assert_eq!(lines.by_ref().filter(shown).take(2 * orders).count(), 2 * orders);
    // Ctrl-C, as a user ends it: what is in flight is finished.
    let interrupt = Command::new("kill")
        .args(["-INT", &local.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupt.success());
    assert_eq!(lines.last().as_deref(), Some("stopped"));
    assert!(local.wait().unwrap().success());
    folder
}

fn tidings(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(TIDINGS)
        .args(arguments)
        .args(["--data", "shop.db"])
        .current_dir(folder)
        .output()
        .unwrap()
}

fn json_of(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn told(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_projection_is_replayed_in_place_and_into_another_table() {
    let folder = shop(3);
    for arguments in [
        &["replay", "orders", "--json"][..],
        &["replay", "orders", "--json", "--dry-run"],
        &[
            "replay",
            "orders",
            "--json",
            "--into",
            "orders-again",
            "--segments",
            "3",
        ],
    ] {
        let done = json_of(&tidings(folder.path(), arguments));
        assert_eq!(
            (&done["complete"], &done["resumed"]),
            (&json!(true), &json!(false)),
            "{done}"
        );
        let counts = &done["counts"];
        assert_eq!(
            (&counts["events"], &counts["written"]),
            (&json!(6), &json!(3)),
            "{done}"
        );
    }
    assert!(
        !std::fs::exists(folder.path().join(".tidings")).unwrap()
            || std::fs::read_dir(folder.path().join(".tidings"))
                .unwrap()
                .next()
                .is_none(),
        "no checkpoint is left behind"
    );
}

#[test]
fn a_backfill_reaches_its_consumer_alone_and_what_that_has_done_is_recognised() {
    let folder = shop(2);
    let count = json_of(&tidings(
        folder.path(),
        &["backfill", "track-analytics", "--dry-run", "--json"],
    ));
    assert_eq!((&count["sent"], &count["dryRun"]), (&json!(2), &json!(true)));

    let sent = tidings(
        folder.path(),
        &[
            "backfill",
            "track-analytics",
            "--since",
            "2026-01-01T00:00:00Z",
            "--yes",
        ],
    );
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let said = String::from_utf8(sent.stdout).unwrap();
    assert_eq!(said.matches("= track-analytics").count(), 2, "{said}");
    for other in ["create-invoice", "send-order-confirmation", "project-orders"] {
        assert!(!said.contains(other), "{said}");
    }
    assert!(
        said.contains("8 events read, 2 of them for the consumer"),
        "{said}"
    );
}

#[test]
fn what_consumers_append_to_the_event_store_can_be_sent_and_what_they_emit_cannot() {
    let folder = shop(1);
    let of = |types| {
        let arguments = [
            "backfill",
            "record-audit-log",
            "--dry-run",
            "--json",
            "--types",
            types,
        ];
        tidings(folder.path(), &arguments)
    };
    for stored in ["inventory.released", "deposit.made", "payment.refused"] {
        assert_eq!(json_of(&of(stored))["sent"], 0, "there is none of {stored} yet");
    }
    let emitted = told(&of("invoice.created"));
    assert!(
        emitted.contains("takes no stored event invoice.created"),
        "{emitted}"
    );
}

#[test]
fn a_backfill_that_could_do_harm_or_nothing_is_refused_with_what_to_do() {
    let folder = shop(1);
    let refused = |arguments: &[&str]| told(&tidings(folder.path(), &[&["backfill"], arguments].concat()));
    let leased = refused(&["send-order-confirmation"]);
    assert!(
        leased.contains("has an effect outside") && leased.contains("--yes"),
        "{leased}"
    );
    let forgotten = refused(&["track-analytics"]);
    assert!(
        forgotten.contains("45 days") && forgotten.contains("--since"),
        "{forgotten}"
    );
    let other = refused(&["track-analytics", "--types", "order.cancelled"]);
    assert!(
        other.contains("takes no stored event order.cancelled") && other.contains("order.placed"),
        "{other}"
    );
    let unknown = refused(&["feed-bear"]);
    assert!(
        unknown.contains("there is no consumer feed-bear") && unknown.contains("track-analytics"),
        "{unknown}"
    );
    let backwards = [
        "track-analytics",
        "--since",
        "2026-02-01T00:00:00Z",
        "--until",
        "2026-01-01T00:00:00Z",
    ];
    assert!(refused(&backwards).contains("is not before --until"));
    assert!(refused(&["track-analytics", "--rate", "0/s"]).contains("0/s is no rate"));
}

#[test]
fn what_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = told(&tidings(folder.path(), &["replay", "orders"]));
    assert!(missing.contains("there is no data file shop.db"), "{missing}");
    assert!(
        !std::fs::exists(folder.path().join("shop.db")).unwrap(),
        "and none is made"
    );
    let unknown = told(&tidings(folder.path(), &["replay", "bears"]));
    assert!(
        unknown.contains("there is no projection bears; there are orders"),
        "{unknown}"
    );
}
