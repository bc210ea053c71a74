//! `tidings dlq`, as an operator meets it: on a local run, and on its data file when it has ended.

use std::process::Command;

use serde_json::{Value, json};

use crate::running::{Local, TIDINGS};

const SAMPLE: &str = include_str!("../../../../events/order.placed/v1.json");

/// The exit code, the standard output and the standard error of `tidings dlq`.
fn dlq(place: &[&str], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(TIDINGS);
    let command = command
        .arg("dlq")
        .args(place)
        .args(["--who", "ada"])
        .args(arguments);
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

fn json_of(place: &[&str], arguments: &[&str]) -> (i32, Value) {
    let (code, told, error) = dlq(place, &[arguments, &["--json"]].concat());
    (
        code,
        serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{error}")),
    )
}

/// Puts a letter into a dead-letter queue of the run, as anybody who speaks SQS can.
fn dead(local: &Local, queue: &str, body: &str) {
    let headers = [
        ("x-amz-target", "AmazonSQS.SendMessage"),
        ("content-type", "application/x-amz-json-1.0"),
    ];
    let request = json!({ "QueueUrl": format!("{}/aws/sqs/{queue}", local.address), "MessageBody": body });
    let (status, _, answer) = local.ask("POST", "/aws/sqs", &headers, &request.to_string());
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn letters_of_a_local_run_are_listed_explained_redriven_dropped_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("shop.db");
    let data = data.to_str().unwrap();
    let local = Local::start(&["--data", data]);
    let address = local.address.clone();
    let here = ["--local", address.as_str()];
    assert_eq!(dlq(&here, &["list"]).0, 0, "nothing is dead");

    dead(&local, "create-invoice-dlq", SAMPLE);
    dead(&local, "create-invoice-dlq", "no JSON");
    let (code, listed) = json_of(&here, &["list"]);
    assert_eq!(
        (code, listed["groups"].as_array().unwrap().len()),
        (1, 2),
        "{listed}"
    );
    let (code, table, _) = dlq(&here, &["list"]);
    assert!(
        code == 1 && table.contains("create-invoice") && table.contains("ReceivedTooOften"),
        "{table}"
    );
    assert!(!table.contains('\u{1b}'), "colour is for terminals");

    let (_, explained) = json_of(&here, &["explain", "--consumer", "create-invoice"]);
    let outcomes: Vec<_> = explained
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert!(
        outcomes.contains(&"begins") && outcomes.contains(&"setAsideAgain"),
        "{explained}"
    );

    // Without --yes nothing is done, and everything only by who says so.
    let (code, plan, _) = dlq(&here, &["redrive", "--all"]);
    assert!(code == 0 && plan.contains("Nothing was done"), "{plan}");
    let (code, _, error) = dlq(&here, &["redrive", "--yes"]);
    assert!(code == 1 && error.contains("--all"), "{error}");
    assert_eq!(dlq(&here, &["redrive", "--lots", "0"]).0, 2);

    let (code, act) = json_of(&here, &["redrive", "--all", "--yes", "--watch", "5s"]);
    assert_eq!(
        (code, &act["counts"]["letters"], &act["counts"]["left"]),
        (0, &json!(1), &json!(1)),
        "{act}"
    );
    let (_, listed) = json_of(&here, &["list"]);
    assert_eq!(
        listed["groups"].as_array().unwrap().len(),
        1,
        "what is no event is left: {listed}"
    );

    let (code, _, error) = dlq(&here, &["drop", "--all", "--yes"]);
    assert!(code == 2 && error.contains("--reason"), "{error}");
    let (code, act) = json_of(&here, &["drop", "--all", "--yes", "--reason", "it is no event"]);
    assert_eq!((code, &act["counts"]["letters"]), (0, &json!(1)), "{act}");
    assert_eq!(dlq(&here, &["list"]).0, 0);
    let (code, _) = json_of(&here, &["restore", act["id"].as_str().unwrap()]);
    assert_eq!(code, 0);
    let (_, history) = json_of(&here, &["history"]);
    let verbs: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["verb"].as_str().unwrap())
        .collect();
    assert_eq!(verbs, ["restore", "drop", "redrive"]);
    assert_eq!(
        (&history[1]["who"], &history[1]["why"]),
        (&json!("ada"), &json!("it is no event"))
    );

    // It is in the data file, and is looked at there when the run has ended.
    let (code, _, error) = dlq(&["--data", data], &["list"]);
    assert!(code == 1 && error.contains("in use"), "{error}");
    drop(local);
    let (code, listed) = json_of(&["--data", data], &["list"]);
    assert_eq!(
        (code, listed["groups"].as_array().unwrap().len()),
        (1, 1),
        "{listed}"
    );
    let (code, _, error) = dlq(&["--data", data], &["redrive", "--all", "--yes", "--force"]);
    assert!(
        code == 1 && error.contains("nobody runs create-invoice"),
        "{error}"
    );
}

#[test]
fn a_letter_is_edited_by_a_patch_that_keeps_what_it_is() {
    let local = Local::start(&[]);
    let here = ["--local", local.address.as_str()];
    dead(&local, "create-invoice-dlq", SAMPLE);
    let (_, exported, _) = {
        let folder = tempfile::tempdir().unwrap();
        dlq(&here, &["export", "--to", folder.path().to_str().unwrap()])
    };
    assert!(exported.starts_with("1 letters are in"), "{exported}");
    let (_, explained) = json_of(&here, &["explain", "--all"]);
    let id = explained[0]["letter"].as_str().unwrap().to_owned();
    let (code, _, error) = dlq(&here, &["edit", &id, "--patch", r#"{"type":"order.eaten"}"#]);
    assert!(
        code == 1 && error.contains("does not take order.eaten"),
        "{error}"
    );
    let (code, told, error) = dlq(&here, &["edit", &id[..8], "--patch", r#"{"subject":"ord-2"}"#]);
    assert!(
        code == 0 && told.contains("It keeps its identity"),
        "{told}{error}"
    );
    let (code, _, error) = dlq(&here, &["show", &id]);
    assert!(code == 1 && error.contains("ada was faster"), "{error}");
}

#[test]
fn shells_are_told_how_to_complete_the_commands() {
    let told = Command::new(TIDINGS)
        .args(["completions", "bash"])
        .output()
        .unwrap();
    assert!(String::from_utf8(told.stdout).unwrap().contains("redrive"));
}
