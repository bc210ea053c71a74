//! Schemas: where messages say they are, and the files of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::running::{Local, TIDINGS};

const ADDRESSES: &str = "/schemas/";

/// The JSON that is there, asked for as a program does.
fn get(local: &Local, path: &str) -> Value {
    let (status, _, text) = local.ask("GET", path, &[], "");
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_is_published_names_its_schema_by_an_address_that_answers_and_is_valid_by_it() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let (status, placed) = local.request("POST", "/orders", &order);
    assert_eq!(status, 202, "{placed}");
    local.says(&["✓ render-invoice-pdf"]);
    let published = get(&local, "/published");
    let published = published.as_array().unwrap();
    assert!(published.len() >= 4, "{published:#?}");
    for event in published {
        let address = event["dataschema"].as_str().unwrap();
        let path = address
            .strip_prefix(&local.address)
            .unwrap_or_else(|| panic!("{address} is elsewhere"));
        assert!(path.starts_with(ADDRESSES), "{path}");
        let (status, headers, text) = local.ask("GET", path, &[], "");
        assert_eq!(
            (status, headers["content-type"].to_str().unwrap()),
            (200, "application/schema+json")
        );
        let schema: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<_> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(&event["data"])
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{}: {faults:?}", event["type"]);
    }
}

#[test]
fn the_list_names_every_schema_for_programs_and_as_a_page() {
    let local = Local::start(&[]);
    let list = get(&local, "/schemas");
    let contracts = list["contracts"].as_array().unwrap();
    for kind in ["event", "command", "answer"] {
        assert!(
            contracts.iter().any(|contract| contract["kind"] == kind),
            "{kind}"
        );
    }
    let versions = contracts
        .iter()
        .flat_map(|contract| contract["versions"].as_array().unwrap());
    for version in versions {
        for form in ["written", "reader"] {
            let address = version[form].as_str().unwrap();
            let schema = get(&local, address.strip_prefix(&local.address).unwrap());
            assert!(jsonschema::draft202012::meta::is_valid(&schema), "{address}");
        }
    }
    let (status, headers, page) = local.ask("GET", "/schemas", &[("accept", "text/html")], "");
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        page.contains("<a href=\"/schemas/order.placed/v2.json\">as written</a>"),
        "{page}"
    );
    assert_eq!(local.ask("GET", "/schemas/order.placed/v99.json", &[], "").0, 404);
}

#[test]
fn the_catalogue_has_every_contract_with_its_schemas_and_its_sample() {
    let printed = Command::new(TIDINGS)
        .args(["catalog", "--json"])
        .output()
        .unwrap();
    let catalogue: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let contracts = catalogue["contracts"].as_array().unwrap();
    let find = |name: &str| {
        contracts
            .iter()
            .find(|contract| contract["type"] == name)
            .unwrap()
    };
    let placed = find("order.placed");
    assert_eq!(
        (&placed["kind"], &placed["service"], &placed["current"]),
        (&"event".into(), &"orders".into(), &2.into())
    );
    assert_eq!(find("place-order.answered")["kind"], "answer");
    for contract in contracts {
        for version in contract["versions"].as_array().unwrap() {
            assert_eq!(version["sample"]["type"], contract["type"]);
            assert!(
                version["written"].is_object() && version["read"].is_object(),
                "{}",
                contract["type"]
            );
        }
    }
    // What once wrote it is in no code any more, so it is what was released.
    let refused = &find("order.refused")["versions"][0];
    assert!(!refused["written"].to_string().contains("out-of-stock"));
    assert!(refused["read"].to_string().contains("out-of-stock"));
}

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

/// A copy of the project's folder, to be changed.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let folders = fs::read_dir(events()).unwrap().map(|entry| entry.unwrap().path());
    for folder in folders.filter(|path| path.is_dir()) {
        let there = copy.path().join(folder.file_name().unwrap());
        fs::create_dir(&there).unwrap();
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            fs::copy(&file, there.join(file.file_name().unwrap())).unwrap();
        }
    }
    copy
}

fn schema(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let [verb, arguments @ ..] = arguments else {
        panic!("a verb");
    };
    let command = Command::new(TIDINGS)
        .args(["schema", verb, "--events"])
        .arg(folder)
        .args(arguments)
        .output();
    let Output {
        status,
        stdout,
        stderr,
    } = command.unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(),
    )
}

#[test]
fn the_files_are_what_the_code_says() {
    let (code, said) = schema(&events(), &["list"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = schema(&events(), &["list", "--json"]);
    let listed: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, Some(0), "{said}");
    let cancelled = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["type"] == "order.cancelled" && one["version"] == 2);
    assert_eq!(cancelled.unwrap()["minReader"], 2);
    assert_eq!(schema(Path::new("/nowhere"), &["list"]).0, Some(1));
    assert_eq!(schema(&events(), &["sing"]).0, Some(2));
}

#[test]
fn a_released_schema_is_not_changed_and_everything_else_is_put_right() {
    let folder = copy();
    let file = |name: &str| folder.path().join("order.placed").join(name);
    let (released, reader) = (file("v2.schema.json"), file("v2.reader.json"));
    let good = fs::read_to_string(&released).unwrap();
    fs::remove_file(&reader).unwrap();
    fs::write(file("v1.schema.json"), "{}").unwrap();
    fs::write(&released, good.replace("What was ordered.", "Things.")).unwrap();
    assert_eq!(schema(folder.path(), &["list"]).0, Some(1));
    let (code, said) = schema(folder.path(), &["write"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("in other words") && said.contains("new"), "{said}");
    assert_eq!(fs::read_to_string(&released).unwrap(), good);
    assert!(reader.exists());
    assert_eq!(
        fs::read_to_string(file("v1.schema.json")).unwrap(),
        "{}",
        "what was written once is what its file says"
    );

    let other = good.replace("\"orderId\"", "\"order\"");
    fs::write(&released, &other).unwrap();
    let (code, said) = schema(folder.path(), &["write"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Raise its VERSION to 3"), "{said}");
    assert_eq!(fs::read_to_string(&released).unwrap(), other);
    let (code, said) = schema(folder.path(), &["write", "--unreleased", "order.placed"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(fs::read_to_string(&released).unwrap(), good);
    assert_eq!(
        schema(folder.path(), &["write", "--unreleased", "order.eaten"]).0,
        Some(1)
    );
}
