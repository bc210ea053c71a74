//! Who speaks to nobody, and who listens for what nobody says.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Report,
    rules::{
        AUDIT_ONLY_EVENT, COMMAND_WITHOUT_HANDLER, GHOST_CONSUMER, ORPHAN_EVENT, UNKNOWN_FILTER,
        UNSENT_COMMAND,
    },
};
use crate::{
    document::{Consumer, ContractKind, Document, Takes},
    thing::similar,
};

pub(super) fn look(document: &Document, report: &mut Report) {
    let stated: BTreeSet<_> = document
        .functions()
        .flat_map(|(_, function)| function.publishes())
        .map(|event| event.name.as_str())
        .collect();
    let described = document
        .contracts_of(ContractKind::Event)
        .map(|one| one.name.as_str());
    let known: BTreeSet<_> = stated.iter().copied().chain(described).collect();
    for consumer in &document.consumers {
        filter(consumer, &known, report);
        ghost(consumer, &stated, &known, report);
    }
    stated.iter().for_each(|event| orphan(document, event, report));
    for command in document.commands() {
        if document.handler(command).is_none() {
            let senders: Vec<_> = document.senders(command).map(|(_, one)| one.name()).collect();
            let message = match &senders[..] {
                [] => "nothing handles it".to_owned(),
                senders => format!("{} sends it, and nothing handles it", senders.join(", ")),
            };
            report.find(&COMMAND_WITHOUT_HANDLER, command, message);
        } else if document.senders(command).next().is_none() {
            report.find(
                &UNSENT_COMMAND,
                command,
                "no function of this system sends it".to_owned(),
            );
        }
    }
}

/// A filter that lets nothing through, or not what the consumer takes.
fn filter(consumer: &Consumer, known: &BTreeSet<&str>, report: &mut Report) {
    let wanted = match &consumer.takes {
        Takes::Types { types } => Some(json!({ "type": types })),
        Takes::Prefix { prefix } => Some(json!({ "type": [{ "prefix": prefix }] })),
        Takes::Command { .. } | Takes::All { .. } => None,
    };
    if consumer.filter != wanted {
        let shown = |filter: &Option<serde_json::Value>| {
            filter
                .as_ref()
                .map_or("no filter".to_owned(), ToString::to_string)
        };
        let message = format!(
            "its filter is {}, and by what it takes {}",
            shown(&consumer.filter),
            shown(&wanted)
        );
        report.find(&UNKNOWN_FILTER, &consumer.name, message);
    }
    let Takes::Types { types } = &consumer.takes else {
        return;
    };
    for unknown in types.iter().filter(|one| !known.contains(one.as_str())) {
        let meant = match &similar(unknown, known.iter().copied())[..] {
            [] => String::new(),
            similar => format!("; did you mean {}?", similar.join(", ")),
        };
        let subject = format!("{}/{unknown}", consumer.name);
        report.find(
            &UNKNOWN_FILTER,
            subject,
            format!("there is no event {unknown}{meant}"),
        );
    }
}

/// A consumer of what is known, and stated by nobody.
fn ghost(consumer: &Consumer, stated: &BTreeSet<&str>, known: &BTreeSet<&str>, report: &mut Report) {
    match &consumer.takes {
        Takes::Types { types } => {
            let never = |one: &&String| known.contains(one.as_str()) && !stated.contains(one.as_str());
            for event in types.iter().filter(never) {
                let subject = format!("{}/{event}", consumer.name);
                report.find(
                    &GHOST_CONSUMER,
                    subject,
                    format!("it takes {event}, and nobody states that"),
                );
            }
        }
        Takes::Prefix { prefix } if !stated.iter().any(|event| event.starts_with(prefix)) => {
            let message = format!("it takes {prefix}*, and nobody states an event that begins so");
            report.find(&GHOST_CONSUMER, &consumer.name, message);
        }
        _ => {}
    }
}

fn orphan(document: &Document, event: &str, report: &mut Report) {
    let by = |event| {
        let names: Vec<_> = document.producers(event).map(|one| one.function.name()).collect();
        names.join(", ")
    };
    let mut takers = document.takers(event).peekable();
    if takers.peek().is_none() {
        report.find(
            &ORPHAN_EVENT,
            event,
            format!("{} states it, and nobody takes it", by(event)),
        );
    } else if document.takers(event).all(|one| one.takes.is_wildcard()) {
        let names: Vec<_> = takers.map(|one| one.name.as_str()).collect();
        let message = format!("only {} takes it, which names no type", names.join(", "));
        report.find(&AUDIT_ONLY_EVENT, event, message);
    }
}
