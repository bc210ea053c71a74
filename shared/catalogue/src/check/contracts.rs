//! Versions: whether they can be looked at, belong to somebody, and are not used longer than they may.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Beside, Report,
    rules::{
        DEPRECATED_READ, DEPRECATED_WRITTEN, EVENT_WITHOUT_OWNER, READER_TOO_OLD, Rule, Severity,
        VERSION_WITHOUT_SAMPLE, VERSION_WITHOUT_SCHEMA,
    },
};
use crate::document::{Contract, ContractKind, ContractVersion, Deprecation, Document, EventVersion};

pub(super) fn look(document: &Document, beside: &Beside<'_>, report: &mut Report) {
    let versions = versions(document);
    let messages = document.events().into_iter().chain(document.commands());
    for message in messages.collect::<BTreeSet<_>>() {
        if owner(document, message).is_none() {
            report.find(
                &EVENT_WITHOUT_OWNER,
                message,
                "no service says that it is its own".to_owned(),
            );
        }
    }
    if document.contracts.is_empty() {
        for rule in [
            &VERSION_WITHOUT_SCHEMA,
            &VERSION_WITHOUT_SAMPLE,
            &DEPRECATED_WRITTEN,
            &DEPRECATED_READ,
            &READER_TOO_OLD,
        ] {
            report.skip(rule, "the document has no contracts");
        }
        return;
    }
    for one in &versions {
        let version = document
            .contract(&one.name)
            .and_then(|contract| contract.version(one.version));
        if version.is_none_or(|version| version.written.is_none()) {
            report.find(
                &VERSION_WITHOUT_SCHEMA,
                one.to_string(),
                "its schema is not there".to_owned(),
            );
        }
        if version.is_none_or(|version| version.sample.is_none()) {
            let message = format!("there is no {}/v{}.json", one.name, one.version);
            report.find(&VERSION_WITHOUT_SAMPLE, one.to_string(), message);
        }
    }
    for contract in &document.contracts {
        for version in &contract.versions {
            if let Some(deprecated) = &version.deprecated {
                still_used(document, contract, version, deprecated, beside.today, report);
            }
        }
        too_old(document, contract, report);
    }
}

/// Every version of an event, a command or an answer that is described, stated or known to a consumer.
fn versions(document: &Document) -> BTreeSet<EventVersion> {
    let stated = document
        .functions()
        .flat_map(|(_, function)| function.publishes())
        .cloned();
    let known = document
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.events)
        .cloned();
    let described = document.contracts.iter().flat_map(|contract| {
        let versions = contract.versions.iter().map(|one| one.version);
        versions.map(|version| EventVersion {
            name: contract.name.clone(),
            version,
        })
    });
    stated.chain(known).chain(described).collect()
}

fn owner<'a>(document: &'a Document, name: &'a str) -> Option<&'a str> {
    let handler = document.handler(name).map(|one| one.service.as_str());
    let owner = document.owner(name).or(handler);
    owner.filter(|owner| !owner.is_empty())
}

/// Who writes or knows a version that goes.
fn still_used(
    document: &Document,
    contract: &Contract,
    version: &ContractVersion,
    deprecated: &Deprecation,
    today: Date,
    report: &mut Report,
) {
    let over = deprecated.until.is_some_and(|until| today >= until);
    let severity = if over { Severity::Error } else { Severity::Warning };
    let name = format!("{}/v{}", contract.name, version.version);
    let mut told = |rule: &'static Rule, who: &str, does: &str| {
        let end = match (over, deprecated.until) {
            (true, Some(until)) => format!("since {until} it may be gone"),
            (_, Some(until)) => format!("it may until {until}"),
            (_, None) => "no end is named".to_owned(),
        };
        let message = format!(
            "{who} {does} {name}, which is deprecated{}; {end}",
            because(deprecated)
        );
        report.find_as(severity, rule, format!("{name}/{who}"), message);
    };
    for producer in document
        .producers(&contract.name)
        .filter(|one| one.version == version.version)
    {
        told(&DEPRECATED_WRITTEN, producer.function.name(), "states");
    }
    for consumer in &document.consumers {
        if consumer.reads(&contract.name) == Some(version.version) {
            told(&DEPRECATED_READ, &consumer.name, "knows only");
        }
    }
}

fn because(deprecated: &Deprecation) -> String {
    match deprecated.reason.as_str() {
        "" => String::new(),
        reason => format!(" ({})", reason.trim_end_matches('.')),
    }
}

/// Who knows less than a reader of what is written must know.
fn too_old(document: &Document, contract: &Contract, report: &mut Report) {
    let written: BTreeSet<_> = match contract.kind {
        ContractKind::Event => document
            .producers(&contract.name)
            .map(|one| one.version)
            .collect(),
        _ => contract.current.into_iter().collect(),
    };
    for consumer in &document.consumers {
        let Some(known) = consumer.reads(&contract.name) else {
            continue;
        };
        for version in written.iter().filter_map(|version| contract.version(*version)) {
            let least = version.min_reader.unwrap_or(1);
            if known < least {
                let message = format!(
                    "it knows v{known}, and v{} is for readers of v{least} and newer",
                    version.version
                );
                report.find(
                    &READER_TOO_OLD,
                    format!("{}/{}", consumer.name, contract.name),
                    message,
                );
            }
        }
    }
}
