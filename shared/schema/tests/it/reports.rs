//! What the gate prints, and what it reads.

use std::{fs, path::Path, process::Command};

use jiff::civil::date;
use serde_json::{Value, json};
use tidings_schema::{
    gate::{Catalogue, Gate, Report, Settings, exceptions},
    report::{markdown, sarif, terminal},
    rules, source,
};

/// The schema of SARIF 2.1.0 (OASIS, sarif-spec), unchanged.
const SARIF: &str = include_str!("sarif-schema-2.1.0.json");

fn schema(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn write(folder: &Path, version: u32, written: &Value, min_reader: u32) {
    let folder = folder.join("events/order.placed");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join(format!("v{version}.schema.json")),
        written.to_string(),
    )
    .unwrap();
    fs::write(
        folder.join(format!("v{version}.reader.json")),
        written.to_string(),
    )
    .unwrap();
    fs::write(
        folder.join(format!("v{version}.json")),
        json!({ "minreader": min_reader }).to_string(),
    )
    .unwrap();
}

fn check(now: &Catalogue, then: &Catalogue) -> Report {
    let excused = exceptions(
        r#"[[exception]]
        rule = "MIN_READER_NOT_RAISED"
        subject = "order.placed"
        reason = "<b>|`"
        until = "2026-12-31""#,
    );
    let settings = Settings::default();
    Gate {
        now,
        then,
        deployed: None,
        settings: &settings,
        exceptions: &excused.unwrap(),
        today: date(2026, 6, 1),
    }
    .check()
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ];
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(identity)
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A repository whose commit has version 1, and whose folder has version 2 as well.
fn repository(folder: &Path) {
    write(
        folder,
        1,
        &schema(json!({ "a": { "type": "string" } }), &["a"]),
        1,
    );
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "one"]);
    write(
        folder,
        2,
        &schema(json!({ "a": { "type": ["string", "null"] } }), &["a"]),
        1,
    );
}

fn report() -> Report {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let then = source::git("HEAD", &folder.path().join("events")).unwrap();
    let now = source::folder(folder.path()).unwrap();
    check(&now, &then)
}

#[test]
fn a_commit_and_a_folder_are_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let events = folder.path().join("events");
    let committed = source::git("main", &events).unwrap();
    let now = source::folder(folder.path()).unwrap();
    assert_eq!(now, source::folder(&events).unwrap());
    assert_eq!(committed.contracts[0].versions, now.contracts[0].versions[..1]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "two"]);
    assert_eq!(source::git("main", &events).unwrap(), now);
    let error = source::git("--help", &events).unwrap_err().to_string();
    assert_eq!(
        error,
        "git rev-parse --help: it is no commit, tag or branch of this repository"
    );
    fs::write(events.join("order.placed/v2.schema.json"), "{").unwrap();
    assert!(
        source::folder(folder.path())
            .unwrap_err()
            .to_string()
            .contains("v2.schema.json: is no JSON")
    );
}

#[test]
fn the_terminal_is_told_rule_place_witness_and_answer() {
    let text = terminal(&report(), false);
    for part in [
        "error[TYPE_WIDENED] order.placed v1 → v2",
        "$.a: ",
        "witness    {\"a\":null}",
        "docs/schema-rules.md#type_widened",
        "1 finding fails",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\u{1b}') && terminal(&report(), true).contains("\u{1b}[31m"));
}

#[test]
fn the_comment_escapes_what_it_quotes() {
    let text = markdown(&report());
    assert!(
        text.contains("| ✗ | [TYPE_WIDENED](docs/schema-rules.md#type_widened) | order.placed v1 → v2 |"),
        "{text}"
    );
    assert!(text.contains("&lt;b>\\|`") && !text.contains("<b>"), "{text}");
}

#[test]
fn the_sarif_log_says_each_finding_once_with_rule_place_and_suppression() {
    let report = report();
    let log = sarif(&report, "events", Some("https://example.com/tidings/"));
    assert_eq!(log["version"], "2.1.0");
    // One of its patterns is no regular expression (a bracket too many, in `language`), which is never written here.
    let schema: Value = serde_json::from_str(&SARIF.replace("{2}]?$", "{2}$")).unwrap();
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for log in [&log, &sarif(&report, "events", None)] {
        let faults: Vec<_> = schema
            .iter_errors(log)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
    let run = &log["runs"][0];
    let told = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(told.len(), rules::ALL.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report.breaches.len());
    for (result, breach) in results.iter().zip(&report.breaches) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(told[index]["id"], result["ruleId"]);
        assert!(
            told[index]["helpUri"]
                .as_str()
                .unwrap()
                .starts_with("https://example.com/tidings/docs/schema-rules.md#")
        );
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "events/order.placed/v2.schema.json"
        );
        assert_eq!(result.get("suppressions").is_some(), breach.answered.is_some());
    }
}
