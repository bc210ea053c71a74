//! The catalogue in the forms that others read: written by the command line, and served by the local run.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;

use crate::running::{Local, TIDINGS};

/// What `tidings catalog export` prints, and how it ends.
fn export(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(TIDINGS);
    let ended = command
        .args(["catalog", "export"])
        .args(arguments)
        .output()
        .unwrap();
    (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
}

/// What the API catalogue links from the host, by relation.
fn links<'a>(set: &'a Value, relation: &str) -> Vec<&'a str> {
    let links = set["linkset"][1][relation].as_array().into_iter().flatten();
    links.map(|link| link["href"].as_str().unwrap()).collect()
}

#[test]
fn the_local_run_serves_what_its_api_catalogue_links() {
    let local = Local::start(&[]);
    let (status, headers, text) = local.ask("GET", "/.well-known/api-catalog", &[], "");
    assert_eq!(status, 200);
    let kind = headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/linkset+json"), "{kind}");
    assert!(headers["link"].to_str().unwrap().contains("rel=\"api-catalog\""));
    let set: Value = serde_json::from_str(&text).unwrap();
    let linked = ["service-desc", "service-doc", "service-meta"].map(|relation| links(&set, relation));
    assert_eq!(linked.iter().flatten().count(), 5);
    for href in linked.into_iter().flatten() {
        assert_eq!(local.ask("GET", href, &[], "").0, 200, "{href}");
    }
}

#[test]
fn the_page_is_served_with_the_policy_that_it_gives_itself_and_is_linked_from_the_first_one() {
    let local = Local::start(&[]);
    let (status, headers, page) = local.ask("GET", "/catalogue", &[], "");
    assert_eq!(status, 200);
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    let itself = format!("content=\"{}\"", policy.replace('\'', "&#39;"));
    assert!(
        page.contains(&itself) || page.contains(&format!("content=\"{policy}\"")),
        "{policy}"
    );
    assert!(page.contains("id=\"event-order.placed\""));
    assert!(local.ask("GET", "/", &[], "").2.contains("href=\"/catalogue\""));
}

#[test]
fn all_forms_are_written_into_a_folder_and_one_that_is_a_file_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let (code, told) = export(&["--all", "--out", out, "--json"]);
    assert_eq!(code, Some(0));
    let told: Value = serde_json::from_str(&told).unwrap();
    let files: BTreeSet<_> = told["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file.as_str().unwrap())
        .collect();
    for name in [
        "asyncapi.json",
        "xregistry.json",
        "api-catalog.json",
        "llms.txt",
        "catalogue.html",
        "schemas/order.placed/v2.json",
    ] {
        assert!(files.contains(name), "{name}: {files:?}");
    }
    for file in &files {
        assert!(
            !fs::read_to_string(folder.path().join(file)).unwrap().is_empty(),
            "{file}"
        );
    }
    let (code, printed) = export(&["asyncapi"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        printed,
        fs::read_to_string(folder.path().join("asyncapi.json")).unwrap()
    );
}

#[test]
fn wrong_usage_is_told_by_its_exit_code() {
    for wrong in [
        &["eventcatalog"][..],
        &["openapi"],
        &[],
        &["--all"],
        &["asyncapi", "--json"],
    ] {
        assert_eq!(export(wrong).0, Some(2), "{wrong:?}");
    }
    assert_eq!(export(&["llms", "--from", "no/such/file"]).0, Some(1));
}
