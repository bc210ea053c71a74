use jiff::civil::date;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::{
    document::{EventVersion, Takes, Use},
    fixture::small,
};

const TODAY: Date = date(2026, 6, 1);

fn checked(document: &Document, exceptions: &str, today: Date) -> Report {
    let exceptions = Exceptions::read(exceptions).expect("exceptions");
    document.check(&Beside {
        today,
        exceptions: &exceptions,
    })
}

/// Rule and subject of everything that a check finds in the shop after this change.
fn told(change: impl FnOnce(&mut Document)) -> Vec<(&'static str, String)> {
    let mut document = small();
    change(&mut document);
    let found = checked(&document, "", TODAY).findings;
    found
        .into_iter()
        .map(|finding| (finding.rule.id, finding.subject))
        .collect()
}

fn version(name: &str, version: u32) -> EventVersion {
    EventVersion {
        name: name.to_owned(),
        version,
    }
}

fn types(types: &[&str]) -> Takes {
    Takes::Types {
        types: types.iter().map(|&one| one.to_owned()).collect(),
    }
}

fn one(rule: &'static str, subject: &str) -> Vec<(&'static str, String)> {
    vec![(rule, subject.to_owned())]
}

#[test]
fn the_shop_is_clean() {
    assert_eq!(told(|_| {}), []);
}

#[test]
fn a_ghost_is_told() {
    let ghost = told(|shop| shop.consumers[0].publishes.clear());
    assert_eq!(ghost, one("ghost-consumer", "mail-invoice/invoice.created"));
    let prefix = told(|shop| {
        shop.consumers[2].takes = Takes::Prefix {
            prefix: "parcel.".to_owned(),
        };
        shop.consumers[2].filter = Some(json!({ "type": [{ "prefix": "parcel." }] }));
    });
    assert_eq!(prefix, one("ghost-consumer", "watch-orders"));
}

#[test]
fn a_filter_that_names_no_event_is_told_with_what_was_meant() {
    let mut shop = small();
    shop.consumers[0].takes = types(&["order.plased"]);
    shop.consumers[0].filter = Some(json!({ "type": ["order.plased"] }));
    let report = checked(&shop, "", TODAY);
    let found = report
        .findings
        .iter()
        .find(|one| one.rule.id == "unknown-filter")
        .expect("it");
    assert_eq!(found.subject, "create-invoice/order.plased");
    assert!(
        found.message.contains("did you mean order.placed"),
        "{}",
        found.message
    );
    let other = told(|shop| shop.consumers[0].filter = Some(json!({ "type": ["order.cancelled"] })));
    assert_eq!(other, one("unknown-filter", "create-invoice"));
}

#[test]
fn an_orphan_is_told_and_what_only_the_audit_takes_is_noted() {
    let audited = told(|shop| {
        shop.consumers.retain(|one| one.name != "mail-invoice");
    });
    assert_eq!(audited, one("audit-only-event", "invoice.created"));
    let orphan = told(|shop| {
        shop.consumers
            .retain(|one| !["mail-invoice", "record-audit-log"].contains(&&*one.name))
    });
    assert_eq!(orphan, one("orphan-event", "invoice.created"));
}

#[test]
fn a_command_has_a_handler_and_somebody_who_sends_it() {
    assert_eq!(
        told(|shop| shop.consumers.retain(|one| one.name != "handle-quote")),
        one("command-without-handler", "quote")
    );
    let unsent = told(|shop| shop.queries[0].uses.retain(|used| used.command().is_none()));
    assert_eq!(unsent, one("unsent-command", "quote"));
}

#[test]
fn a_version_has_a_sample_a_schema_and_an_owner() {
    let unseen = told(|shop| shop.contracts[0].versions[0].sample = None);
    assert_eq!(unseen, one("version-without-sample", "invoice.created/v1"));
    let newer = told(|shop| shop.contracts[0].versions[0].version = 2);
    assert_eq!(
        newer,
        [
            ("version-without-sample", "invoice.created/v1".to_owned()),
            ("version-without-schema", "invoice.created/v1".to_owned()),
        ]
    );
    let unowned = told(|shop| {
        shop.contracts[1].service = None;
        shop.publishers[0].service.clear();
    });
    assert_eq!(unowned, one("event-without-owner", "order.placed"));
}

#[test]
fn a_deprecated_version_may_be_used_until_it_may_be_gone() {
    let mut shop = small();
    shop.publishers[0].publishes = vec![version("order.placed", 1)];
    shop.consumers[0].events = vec![version("order.placed", 1)];
    let told = |today| {
        let report = checked(&shop, "", today);
        let found = report
            .findings
            .iter()
            .map(|one| (one.rule.id, one.severity, one.subject.clone()));
        (report.fails(), found.collect::<Vec<_>>())
    };
    let both = |severity| {
        vec![
            (
                "deprecated-version-written",
                severity,
                "order.placed/v1/place-order".to_owned(),
            ),
            (
                "deprecated-version-read",
                severity,
                "order.placed/v1/create-invoice".to_owned(),
            ),
        ]
    };
    assert_eq!(told(date(2027, 1, 30)), (false, both(Severity::Warning)));
    assert_eq!(told(date(2027, 1, 31)), (true, both(Severity::Error)));
}

#[test]
fn something_personal_in_the_clear_is_told() {
    let clear = told(|shop| {
        let written = shop.contracts[1].versions[1].written.as_mut().expect("a schema");
        written["properties"]["email"] = json!({ "type": "string" });
        written["properties"]["shipTo"] = json!({ "type": "object", "x-personal": true,
            "properties": { "name": { "type": "string" } } });
    });
    assert_eq!(clear, one("personal-in-the-clear", "order.placed/email"));
}

#[test]
fn a_circle_is_told_once_with_its_way() {
    let mut shop = small();
    shop.consumers[1].publishes.push(version("order.placed", 2));
    let report = checked(&shop, "", TODAY);
    let [found] = &report.findings[..] else {
        panic!("{report}")
    };
    assert_eq!(
        (found.rule.id, found.subject.as_str()),
        ("circle", "invoice.created + order.placed")
    );
    assert_eq!(
        found.message,
        "invoice.created -> mail-invoice -> order.placed -> create-invoice -> invoice.created"
    );
}

#[test]
fn a_circle_through_a_command_is_told() {
    let circle = told(|shop| {
        shop.consumers[0].uses.push(Use::Command {
            command: "quote".to_owned(),
        });
        shop.consumers[4].publishes.push(version("order.placed", 2));
    });
    assert_eq!(circle, one("circle", "order.placed"));
}

#[test]
fn a_reader_that_is_too_old_is_told() {
    let old = told(|shop| {
        shop.contracts[1].versions[1].min_reader = Some(3);
    });
    assert_eq!(old, one("reader-too-old", "create-invoice/order.placed"));
}

#[test]
fn settings_without_which_letters_are_lost_are_told() {
    let lost = |change: fn(&mut crate::document::Consumer)| told(|shop| change(&mut shop.consumers[0]));
    let lack = one("dead-letter-settings", "create-invoice");
    assert_eq!(lost(|one| one.max_receive_count = None), lack);
    assert_eq!(lost(|one| one.max_receive_count = Some(1)), lack);
    assert_eq!(lost(|one| one.dead_letter_retention_seconds = None), lack);
    assert_eq!(
        lost(|one| one.dead_letter_retention_seconds = one.retention_seconds),
        lack
    );
    let relay = told(|shop| shop.relays[0].maximum_retry_attempts = None);
    assert_eq!(relay, one("dead-letter-settings", "relay-outbox"));
}

const EXCEPTION: &str = r#"
    [[exception]]
    rule = "ghost-consumer"
    subject = "mail-invoice/invoice.created"
    reason = "The other system states it."
    until = "2026-07-01""#;

#[test]
fn an_exception_holds_until_its_end_and_is_told_when_nothing_needs_it() {
    let mut shop = small();
    shop.consumers[0].publishes.clear();
    let accepted = checked(&shop, EXCEPTION, date(2026, 7, 1));
    assert_eq!((accepted.findings.len(), accepted.excepted.len()), (0, 1));
    let ended = checked(&shop, EXCEPTION, date(2026, 7, 2));
    assert!(ended.fails());
    assert_eq!(ended.findings[0].rule.id, "ended-exception");
    let unused = checked(&small(), EXCEPTION, TODAY);
    assert_eq!(unused.findings[0].rule.id, "unused-exception");
    assert!(!unused.fails());
}

#[test]
fn a_file_of_exceptions_that_says_too_little_is_refused() {
    let without = |line: &str| {
        EXCEPTION
            .lines()
            .filter(|one| !one.contains(line))
            .collect::<Vec<_>>()
            .join("\n")
    };
    for line in ["rule =", "subject =", "reason =", "until ="] {
        assert!(Exceptions::read(&without(line)).is_err(), "{line}");
    }
    assert!(Exceptions::read(&EXCEPTION.replace("ghost-consumer", "ghosts")).is_err());
    assert!(Exceptions::read(&EXCEPTION.replace("The other system states it.", " ")).is_err());
}

#[test]
fn what_could_not_be_looked_at_is_said() {
    let mut shop = small();
    shop.contracts.clear();
    let exceptions = Exceptions::default();
    let report = shop.check(&Beside {
        today: TODAY,
        exceptions: &exceptions,
    });
    let skipped: Vec<_> = report.skipped.iter().map(|one| one.rule.id).collect();
    assert!(skipped.contains(&"version-without-sample") && skipped.contains(&"personal-in-the-clear"));
}
