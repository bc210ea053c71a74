//! The API catalogue of a host (RFC 9727): a link set (RFC 9264) that says where its descriptions
//! are.

use serde_json::{Value, json};

use super::{Subject, asyncapi, llms, names::schema_path, xregistry};

/// The file's name.
pub const FILE: &str = "api-catalog.json";
/// Where it is served (RFC 9727, section 3).
pub const WELL_KNOWN: &str = "/.well-known/api-catalog";
/// The media type of the answer (RFC 9727, section 4.1).
pub const MEDIA_TYPE: &str = r#"application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727""#;
/// Where the page is served.
pub const PAGE: &str = "/catalogue";

/// The links of the host at `base` (`https://shop.example`); empty leaves them relative to where
/// the catalogue is served.
#[must_use]
pub fn linkset(subject: &Subject, base: &str) -> Value {
    let link = |path: &str, kind: &str, title: String| json!({ "href": format!("{base}{path}"), "type": kind, "title": title });
    let system = subject.system();
    let descriptions = [
        link(
            "/openapi.json",
            "application/json",
            format!("What {system} answers to HTTP requests (OpenAPI 3.1)"),
        ),
        link(
            &format!("/{}", asyncapi::FILE),
            "application/json",
            format!("What {system} states and takes (AsyncAPI 3.0)"),
        ),
    ];
    let pages = [
        link(PAGE, "text/html", format!("The catalogue of {system}")),
        link(
            &format!("/{}", llms::FILE),
            "text/plain",
            format!("{system} for language models"),
        ),
    ];
    let registry = link(
        &format!("/{}", xregistry::FILE),
        "application/json",
        format!("Messages, schemas and endpoints of {system} (xRegistry 1.0-rc4)"),
    );
    let versions = subject.contracts().iter().flat_map(|contract| {
        let described = contract
            .versions
            .iter()
            .filter(|version| version.written.is_some());
        described.map(move |version| (contract, version.version))
    });
    let schemas = versions.map(|(contract, version)| {
        let title = format!("{}, version {version}", contract.name);
        link(
            &schema_path(&contract.name, version),
            "application/schema+json",
            title,
        )
    });
    json!({
        "linkset": [
            {
                "anchor": format!("{base}{WELL_KNOWN}"),
                "item": [{ "href": format!("{base}/") }],
            },
            {
                "anchor": format!("{base}/"),
                "service-desc": descriptions,
                "service-doc": pages,
                "service-meta": [registry],
                "describedby": schemas.collect::<Vec<_>>(),
            },
        ],
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::export::subject;

    #[test]
    fn every_description_and_every_schema_is_linked_below_the_base() {
        let document = subject::tests::document();
        let set = linkset(&Subject::of(&document, "1.0.0"), "https://shop.example");
        let [catalogue, host] = &set["linkset"].as_array().expect("contexts")[..] else {
            panic!("two contexts: {set}")
        };
        assert_eq!(
            catalogue["anchor"],
            "https://shop.example/.well-known/api-catalog"
        );
        assert_eq!(catalogue["item"][0]["href"], host["anchor"]);
        let hrefs = |relation: &str| {
            let links = host[relation].as_array().expect("links").iter();
            links
                .map(|link| link["href"].as_str().expect("a target").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            hrefs("service-desc"),
            [
                "https://shop.example/openapi.json",
                "https://shop.example/asyncapi.json"
            ]
        );
        assert!(
            hrefs("describedby")
                .iter()
                .any(|href| href.contains("order.placed/v2"))
        );
    }
}
