//! Services: what their functions send, receive, read and write.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{super::Subject, File, front_matter::page, messages::channels, root, semantic, text::escaped};
use crate::document::{Contract, Function, Role};

/// A page for each service.
pub(super) fn all(subject: &Subject) -> Vec<File> {
    let services = subject.document().services().into_iter();
    services.map(|service| one(subject, service)).collect()
}

fn one(subject: &Subject, service: &str) -> File {
    let functions: Vec<_> = functions(subject, service).collect();
    let sent = subject.contracts().iter().filter(|contract| {
        let mut sources = subject.sources(contract).into_iter();
        sources.any(|source| source.function.service() == service)
    });
    let received = subject.contracts().iter().filter(|contract| {
        let mut takers = subject.takers(contract).into_iter();
        takers.any(|taker| taker.service == service)
    });
    let members = [
        ("id", json!(service)),
        ("name", json!(service)),
        ("version", json!(subject.version())),
        (
            "summary",
            json!(format!("{} functions of {}.", functions.len(), subject.system())),
        ),
        ("sends", pointers(subject, "to", sent)),
        ("receives", pointers(subject, "from", received)),
        ("writesTo", tables(&functions, |access| access.writes())),
        ("readsFrom", tables(&functions, |access| access.reads())),
    ];
    let rows = functions.iter().map(|(role, function)| {
        let states = function
            .publishes()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        format!(
            "| {} | {} | {} |\n",
            escaped(function.name()),
            role.as_str(),
            escaped(&states)
        )
    });
    let body = format!(
        "<NodeGraph />\n\n## Functions\n\n| function | called by | states |\n| --- | --- | --- |\n{}",
        rows.collect::<String>(),
    );
    page(
        format!("{}/services/{service}/index.mdx", root(subject)),
        &members,
        &body,
    )
}

fn functions<'a>(subject: &'a Subject, service: &'a str) -> impl Iterator<Item = (Role, &'a dyn Function)> {
    let functions = subject.document().functions();
    functions.filter(move |(_, function)| function.service() == service)
}

/// Current versions, with the channels that they come from or go to.
fn pointers<'a>(subject: &'a Subject, way: &str, contracts: impl Iterator<Item = &'a Contract>) -> Value {
    let pointers = contracts.map(|contract| {
        let latest = contract.latest().map_or(1, |latest| latest.version);
        json!({ "id": contract.name, "version": semantic(latest), way: channels(subject, contract) })
    });
    pointers.collect()
}

fn tables(functions: &[(Role, &dyn Function)], touched: fn(crate::document::Access) -> bool) -> Value {
    let uses = functions.iter().flat_map(|(_, function)| function.uses());
    let tables = uses
        .filter_map(|used| used.table())
        .filter(|(_, access)| touched(*access));
    let names: BTreeSet<_> = tables.map(|(name, _)| name).collect();
    names.into_iter().map(|name| json!({ "id": name })).collect()
}
