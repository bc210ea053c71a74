//! `tidings catalog`: what scripts rely on.

use std::{fs, process::Command};

use serde_json::Value;
use tempfile::TempDir;

/// Exit code, standard output and standard error of `tidings catalog …`, run in the folder of the source.
fn catalog(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
    command.arg("catalog").args(arguments).env_remove("TIDINGS_STAGE");
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let output = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> Value {
    let (code, out, error) = catalog(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {error}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn the_check_finds_no_error_in_this_system() {
    let (code, out, error) = catalog(&["check"]);
    assert_eq!(code, Some(0), "{out}{error}");
    // A day on which the exceptions have ended.
    let (code, out, _) = catalog(&["check", "--day", "2099-01-01"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("ended-exception"), "{out}");
}

#[test]
fn a_name_that_nothing_has_is_wrong_usage_and_is_answered_with_what_was_meant() {
    for verb in [&["show"][..], &["graph"], &["cost"]] {
        let (code, _, error) = catalog(&[verb, &["order.plased"]].concat());
        assert_eq!(code, Some(2), "{verb:?}: {error}");
        assert!(error.contains("did you mean order.placed"), "{error}");
    }
}

#[test]
fn every_event_is_listed_shown_drawn_and_has_a_cost() {
    let listed = json(&["list", "events", "--json"]);
    let names: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect();
    assert!(names.contains(&"order.placed") && names.len() >= 18, "{names:?}");
    let shown = json(&["show", "order.placed", "--json"]);
    let fields = shown[0]["versions"][1]["fields"].as_array().expect("fields");
    let email = fields
        .iter()
        .find(|field| field["path"] == "email")
        .expect("an address");
    assert_eq!(email["personal"], true);
    let (_, svg, _) = catalog(&["graph", "order.placed", "--form", "svg"]);
    assert!(svg.starts_with("<svg") && svg.contains("create-invoice"), "{svg}");
    let cost = json(&["cost", "order.placed", "--json"]);
    assert!(
        cost["total"]["price"].as_f64().is_some_and(|price| price > 0.0),
        "{cost}"
    );
}

#[test]
fn what_is_not_found_is_no_success() {
    assert_eq!(catalog(&["search", "--field", "email", "--personal"]).0, Some(0));
    assert_eq!(catalog(&["search", "hologram"]).0, Some(1));
}

#[test]
fn a_saved_document_is_read_and_compared() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (_, whole, _) = catalog(&["--json"]);
    fs::write(file("same.json"), &whole).expect("it is written");
    assert_eq!(catalog(&["diff", "--against", &file("same.json")]).0, Some(0));

    let mut changed: Value = serde_json::from_str(&whole).expect("JSON");
    changed["consumers"]
        .as_array_mut()
        .expect("consumers")
        .retain(|one| one["name"] != "render-invoice-pdf");
    fs::write(file("changed.json"), changed.to_string()).expect("it is written");
    let (code, out, _) = catalog(&["diff", "--against", &file("changed.json")]);
    assert_eq!(code, Some(1));
    assert!(
        out.contains("consumer render-invoice-pdf\n  is not there"),
        "{out}"
    );
    // What is left of the chain is an event that only the audit log takes.
    let (code, out, _) = catalog(&["check", "--from", &file("changed.json")]);
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("invoice.created: only record-audit-log takes it"),
        "{out}"
    );
    let consumers = changed["consumers"].as_array_mut().expect("consumers");
    consumers.retain(|one| one["name"] != "create-invoice");
    consumers[0]["takes"] = serde_json::json!({ "types": ["invoice.created"] });
    fs::write(file("changed.json"), changed.to_string()).expect("it is written");
    let (code, out, _) = catalog(&["check", "--from", &file("changed.json")]);
    assert_eq!(code, Some(1));
    assert!(out.contains("ghost-consumer"), "{out}");
}
