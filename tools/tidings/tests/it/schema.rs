//! `tidings schema check`, `compare` and `impact`: what they exit with, and what a script reads.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn tidings(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tidings"))
        .arg("schema")
        .args(arguments)
        .output()
        .unwrap()
}

fn document(folder: &Path, name: &str, versions: &[Value]) -> String {
    let path = folder.join(name);
    let versions: Vec<Value> = versions
        .iter()
        .zip(1..)
        .map(|(written, version)| json!({ "version": version, "minReader": 1, "written": written, "read": written }))
        .collect();
    let consumer = json!({
        "name": "create-invoice", "service": "billing", "takes": { "types": ["order.placed"] },
        "events": [{ "type": "order.placed", "version": 1 }], "publishes": [],
    });
    let catalogue = json!({
        "contracts": [{ "kind": "event", "type": "order.placed", "service": "orders", "current": versions.len(), "versions": versions }],
        "consumers": [consumer],
    });
    fs::write(&path, catalogue.to_string()).unwrap();
    path.display().to_string()
}

fn schema(kind: &str) -> Value {
    json!({ "type": "object", "properties": { "total": { "type": kind } }, "required": ["total"] })
}

#[test]
fn a_check_exits_with_1_where_something_breaks_and_names_the_consumer_and_the_value() {
    let folder = tempfile::tempdir().unwrap();
    let then = document(folder.path(), "then.json", &[schema("integer")]);
    let now = document(folder.path(), "now.json", &[schema("integer"), schema("string")]);
    let same = tidings(&["check", "--against", &then, "--now", &then]);
    assert_eq!(
        same.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&same.stderr)
    );
    let broken = tidings(&["check", "--against", &then, "--now", &now, "--json"]);
    assert_eq!(
        broken.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&broken.stderr)
    );
    let told: Value = serde_json::from_slice(&broken.stdout).unwrap();
    assert_eq!(told["verdict"], "incompatible");
    let rules: Vec<&str> = told["breaches"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["rule"].as_str())
        .collect();
    assert!(
        rules.contains(&"TYPE_CHANGED") && rules.contains(&"MIN_READER_NOT_RAISED"),
        "{rules:?}"
    );
    assert_eq!(told["breaches"][0]["consumers"], json!(["create-invoice"]));
    assert!(
        told["breaches"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["witness"]["total"].is_string())
    );
    assert_eq!(
        tidings(&["check"]).status.code(),
        Some(2),
        "it must be told against what"
    );
}

#[test]
fn two_schemas_are_compared_and_a_field_has_readers() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.json"), folder.path().join("new.json"));
    fs::write(&old, schema("integer").to_string()).unwrap();
    fs::write(&new, schema("number").to_string()).unwrap();
    let (old, new) = (old.display().to_string(), new.display().to_string());
    assert_eq!(
        tidings(&["compare", &old, &new, "--mode", "backward"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        tidings(&["compare", &old, &new, "--mode", "forward"])
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        tidings(&["compare", &old, &new, "--mode", "sideways"])
            .status
            .code(),
        Some(2)
    );
    let catalogue = document(folder.path(), "catalogue.json", &[schema("integer")]);
    let impact = tidings(&[
        "impact",
        "order.placed",
        "total",
        "--catalogue",
        &catalogue,
        "--json",
    ]);
    let told: Value = serde_json::from_slice(&impact.stdout).unwrap();
    assert_eq!(told["readers"][0]["name"], "create-invoice");
}
