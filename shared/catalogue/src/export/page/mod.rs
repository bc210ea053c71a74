//! The catalogue as a page: one HTML file that needs nothing else, neither a network nor scripts.
//!
//! Scripts only add a search, the choice of light or dark that is remembered, and a picture that
//! shows what is near to what. The page forbids itself everything else by its
//! Content-Security-Policy, so it can be opened from a disk, sent by mail or served.

mod contracts;
mod links;
mod overview;
mod personal;
mod picture;
mod prose;
mod services;
mod tables;
mod versions;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::Subject;
use crate::document::ContractKind;

/// The file's name.
pub const FILE: &str = "catalogue.html";
/// Its style, with which other pages of the same family begin theirs.
pub const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What the page lets a browser do: its own style, its own script, and nothing from anywhere
/// (Content Security Policy Level 3). Whoever serves it should say the same as a header.
#[must_use]
pub fn policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}

/// The page.
#[must_use]
pub fn html(subject: &Subject) -> String {
    let title = format!("{}: the catalogue", subject.system());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("tidings ", env!("CARGO_PKG_VERSION")));
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the catalogue" }
                (header(subject))
                div.frame {
                    (navigation(subject))
                    main #main tabindex="-1" {
                        (overview::section(subject))
                        (contracts::section(subject, ContractKind::Event))
                        (contracts::section(subject, ContractKind::Command))
                        (services::section(subject))
                        (personal::section(subject))
                        (tables::section(subject))
                        p #nothing hidden { "Nothing in the catalogue has all of these words." }
                    }
                }
                footer {
                    p { "Made from the code of " (subject.system()) " " (subject.version()) "." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn header(subject: &Subject) -> Markup {
    html! {
        header {
            a.home href="#overview" { (subject.system()) }
            div.search hidden {
                label for="search" { "Search" }
                input #search type="search" placeholder="event, field, function …" autocomplete="off" spellcheck="false" aria-describedby="found";
                output #found for="search" {}
            }
            fieldset.theme {
                legend { "Colours" }
                @for (value, word) in [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")] {
                    span {
                        input type="radio" name="theme" id={ "theme-" (value) } value=(value) checked[value == "auto"];
                        label for={ "theme-" (value) } { (word) }
                    }
                }
            }
        }
    }
}

fn navigation(subject: &Subject) -> Markup {
    html! {
        nav aria-label="Contents" {
            details open {
                summary { "Contents" }
                @for (heading, kind) in [("Events", ContractKind::Event), ("Commands", ContractKind::Command)] {
                    @if subject.of_kind(kind).next().is_some() {
                        p.heading { a href={ "#" (kind.as_str()) "s" } { (heading) } }
                        ul {
                            @for contract in subject.of_kind(kind) {
                                li {
                                    a href={ "#" (links::contract(contract)) } { (contract.name) }
                                }
                            }
                        }
                    }
                }
                p.heading { a href="#services" { "Services" } }
                ul {
                    @for service in subject.document().services() {
                        li { a href={ "#" (links::service(service)) } { (service) } }
                    }
                }
                p.heading { a href="#personal" { "Personal data" } }
                p.heading { a href="#tables" { "Tables" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::export::subject;

    fn page() -> String {
        html(&Subject::of(&subject::tests::document(), "1.2.3"))
    }

    /// The values of an attribute, in their order.
    fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let parts = page.split(attribute).skip(1);
        parts.filter_map(|part| part.split('"').next()).collect()
    }

    #[test]
    fn every_link_leads_to_something_on_the_page_and_no_id_is_there_twice() {
        let page = page();
        let ids = values(&page, " id=\"");
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        let targets = values(&page, "href=\"");
        assert!(targets.len() > 20, "{targets:?}");
        for target in targets {
            let id = target.strip_prefix('#').expect("a place on the page");
            assert!(unique.contains(&id), "{target} leads nowhere");
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let page = page();
        for way in [
            "src=",
            "url(",
            "@import",
            "<link",
            "fetch(",
            "http-equiv=\"refresh\"",
        ] {
            assert!(!page.contains(way), "{way}");
        }
    }

    #[test]
    fn the_policy_names_the_script_that_is_there() {
        let page = page();
        let script = page
            .split("<script>")
            .nth(1)
            .and_then(|rest| rest.split("</script>").next());
        let hash = BASE64_STANDARD.encode(Sha256::digest(script.expect("a script").as_bytes()));
        assert!(
            values(&page, "content=\"")
                .iter()
                .any(|content| content.contains(&hash)),
            "{hash}"
        );
    }

    #[test]
    fn what_a_contract_says_is_text_and_no_markup() {
        let page = page();
        assert!(page.contains("adds {items} &amp; &lt;articles&gt;."), "{page}");
        assert!(!page.contains("<articles>"));
    }
}
