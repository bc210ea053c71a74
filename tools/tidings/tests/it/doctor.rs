//! `tidings doctor` at a local run, at its data file, and where nobody answers.

use std::process::Command;

use serde_json::{Value, json};

use crate::running::{Local, TIDINGS};

/// The exit code, the standard output and the standard error.
fn doctor(place: &[&str], json: bool) -> (i32, String, String) {
    let mut command = Command::new(TIDINGS);
    command.arg("doctor").args(place);
    if json {
        command.arg("--json");
    }
    for variable in ["TIDINGS_STAGE", "TIDINGS_LOCAL", "TIDINGS_DATA"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// Puts a letter into a dead-letter queue of the run.
fn dead(local: &Local, queue: &str) {
    let headers = [
        ("x-amz-target", "AmazonSQS.SendMessage"),
        ("content-type", "application/x-amz-json-1.0"),
    ];
    let request =
        json!({ "QueueUrl": format!("{}/aws/sqs/{queue}", local.address), "MessageBody": "no JSON" });
    let (status, _, answer) = local.ask("POST", "/aws/sqs", &headers, &request.to_string());
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn a_run_is_healthy_until_something_is_dead_and_its_data_file_knows_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("shop.db");
    let data = data.to_str().unwrap();
    let local = Local::start(&["--data", data]);
    let address = local.address.clone();
    let here = ["--local", address.as_str()];
    let (code, told, error) = doctor(&here, false);
    assert_eq!(code, 0, "{told}{error}");
    assert!(told.contains("5 of 7 checks made: healthy"), "{told}");
    assert!(
        told.contains("not looked at: alarms: only what is deployed has alarms"),
        "{told}"
    );

    dead(&local, "create-invoice-dlq");
    let (code, told, _) = doctor(&here, false);
    assert_eq!(code, 1, "{told}");
    assert!(told.starts_with("1. create-invoice (fails, for "), "{told}");
    // The command can be run as it stands.
    let command = told
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("tidings dlq explain "));
    let arguments: Vec<_> = command.unwrap().split(' ').skip(1).collect();
    let explained = Command::new(TIDINGS).args(arguments).output().unwrap();
    assert!(
        String::from_utf8_lossy(&explained.stdout).contains("create-invoice"),
        "{explained:?}"
    );

    let (code, told, _) = doctor(&here, true);
    let diagnosis: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (code, diagnosis["findings"][0]["check"].as_str()),
        (1, Some("dead-letters"))
    );
    assert_eq!(diagnosis["checks"].as_array().unwrap().len(), 7);

    drop(local);
    let (code, told, error) = doctor(&["--data", data], true);
    let diagnosis: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{error}"));
    assert_eq!(
        (code, diagnosis["findings"][0]["subject"].as_str()),
        (1, Some("create-invoice"))
    );
}

#[test]
fn where_nobody_answers_nothing_is_said_to_be_healthy() {
    let (code, told, error) = doctor(&["--local", "http://127.0.0.1:1"], false);
    assert_eq!(code, 2, "{told}{error}");
    assert!(
        told.contains("not everything answered") && error.contains("no answer: dead-letters: "),
        "{told}{error}"
    );
    let (code, _, error) = doctor(&["--data", "/nowhere/shop.db"], false);
    assert!(code == 2 && error.contains("there is no data file"), "{error}");
    assert_eq!(doctor(&["--stage", "beta", "--data", "shop.db"], false).0, 2);
}
