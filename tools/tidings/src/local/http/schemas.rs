//! `/schemas`: every schema, at the address that messages name (`dataschema`), and a list of them
//! as a page and for programs.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Path,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{Html, IntoResponse as _},
    routing::get,
};
use serde_json::{Value, json};
use tidings_aws::System;
use tidings_core::contract::{Contract, Schemas, text};

use super::{
    exchange::problem,
    page::{STYLE, escaped},
};

/// What a schema is sent as (JSON Schema 2020-12, section 14).
const SCHEMA: &str = "application/schema+json";
/// A page without scripts, and with nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The schemas and their list.
pub fn routes(system: &System, schemas: &Schemas) -> Router {
    let contracts = Arc::new(system.contracts());
    let listed = Arc::new(index(&contracts, schemas));
    let page = Arc::new(page(&contracts));
    let one = move |Path((name, file)): Path<(String, String)>| async move {
        match schema(&contracts, &name, &file) {
            Some(schema) => ([(CONTENT_TYPE, SCHEMA)], text(schema)).into_response(),
            None => problem(
                StatusCode::NOT_FOUND,
                format!("there is no schema {name}/{file}; /schemas lists them"),
            ),
        }
    };
    let all = move |headers: HeaderMap| async move {
        match wants_a_page(&headers) {
            true => ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page.as_ref().clone())).into_response(),
            false => Json(listed.as_ref().clone()).into_response(),
        }
    };
    Router::new()
        .route("/schemas", get(all))
        .route("/schemas/{type}/{file}", get(one))
}

/// A browser asks for HTML; a program for anything (RFC 9110, section 12.5.1).
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The schema at `<type>/v<N>.json`, as written, or `<type>/v<N>.reader.json`, as read.
fn schema<'a>(contracts: &'a [Contract], name: &str, file: &str) -> Option<&'a Value> {
    let file = file.strip_suffix(".json")?.strip_prefix('v')?;
    let (version, reader) = match file.strip_suffix(".reader") {
        Some(version) => (version, true),
        None => (file, false),
    };
    let contract = contracts.iter().find(|contract| contract.name == name)?;
    let mut versions = contract.versions.iter();
    let version = versions.find(|one| one.version.to_string() == version)?;
    match reader {
        true => version.read.as_ref(),
        false => Some(&version.written),
    }
}

/// The list for programs.
pub fn index(contracts: &[Contract], schemas: &Schemas) -> Value {
    let contract = |contract: &Contract| {
        let versions = contract.versions.iter().map(|version| {
            let written = schemas.address(&contract.name, version.version);
            let reader = version.read.as_ref().map(|_| written.replace(".json", ".reader.json"));
            json!({ "version": version.version, "written": written, "reader": reader, "deprecated": version.deprecated })
        });
        json!({
            "kind": contract.kind,
            "type": contract.name,
            "service": contract.service,
            "current": contract.current,
            "versions": versions.collect::<Vec<_>>(),
        })
    };
    json!({ "contracts": contracts.iter().map(contract).collect::<Vec<_>>() })
}

/// The list as a page.
fn page(contracts: &[Contract]) -> String {
    let rows = contracts.iter().map(|contract| {
        let versions = contract.versions.iter().map(|version| {
            let at = format!("/schemas/{}/v{}", escaped(&contract.name), version.version);
            let reader = match version.read {
                Some(_) => format!(" <a href=\"{at}.reader.json\">as read</a>"),
                None => String::new(),
            };
            format!(
                "<div>v{} <a href=\"{at}.json\">as written</a>{reader}</div>",
                version.version
            )
        });
        let newest = contract.versions.last();
        let said = newest.map(|version| super::page::text(&version.written["description"]));
        format!(
            "<tr><td><code>{}</code><td>{}<td>{}<td>{}",
            escaped(&contract.name),
            escaped(contract.service),
            versions.collect::<String>(),
            escaped(said.unwrap_or_default().lines().next().unwrap_or_default()),
        )
    });
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Schemas</title><style>{STYLE}</style>\
         <h1>Schemas</h1><p>What events, commands and answers look like (JSON Schema 2020-12): as their producers write them, closed, and as \
         today's code reads them, open. An event names its schema as <code>dataschema</code>.</p><table>{}</table></html>\n",
        rows.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::storefront;

    #[test]
    fn a_schema_is_where_a_message_says_and_nothing_else_is() {
        let contracts = storefront().contracts();
        let found = |file| schema(&contracts, "order.placed", file).map(|schema| schema["$id"].clone());
        assert_eq!(found("v2.json"), Some(json!("urn:tidings:order.placed:v2")));
        assert_eq!(
            found("v1.reader.json"),
            Some(json!("urn:tidings:order.placed:v1:reader"))
        );
        for none in [
            "v3.json",
            "v0.json",
            "v02.json",
            "v2",
            "2.json",
            "v2.schema.json",
            "",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
        assert_eq!(schema(&contracts, "order.eaten", "v1.json"), None);
    }
}
