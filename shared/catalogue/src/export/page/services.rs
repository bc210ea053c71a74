//! Services: their functions, by what calls them.

use maud::{Markup, html};

use super::{super::Subject, links};
use crate::document::{Consumer, Document, Endpoint, Function, Role, Takes, Use};

pub(super) fn section(subject: &Subject) -> Markup {
    html! {
        section #services aria-labelledby="services-heading" {
            h2 #services-heading { "Services" }
            @for service in subject.document().services() { (article(subject, service)) }
        }
    }
}

fn article(subject: &Subject, service: &str) -> Markup {
    let functions = subject.document().functions();
    let own: Vec<_> = functions
        .filter(|(_, function)| function.service() == service)
        .collect();
    let id = links::service(service);
    html! {
        article id=(id) aria-labelledby={ (id) "-name" } {
            div.title { h3 id={ (id) "-name" } { (service) } span.muted { (own.len()) " functions" } }
            @if !own.is_empty() {
                table.list {
                    caption { "The functions of " (service) }
                    thead { tr {
                        th scope="col" { "Function" } th scope="col" { "Called by" } th scope="col" { "States" } th scope="col" { "Touches" }
                    } }
                    tbody { @for (role, function) in own { (row(subject, role, function)) } }
                }
            }
        }
    }
}

fn row(subject: &Subject, role: Role, function: &dyn Function) -> Markup {
    html! {
        tr id=(links::function(function.name())) data-find {
            th scope="row" {
                span class={ "chip " (links::class(role)) } { (function.name()) }
                span.bound { (role.as_str()) (limits(function)) }
            }
            td { (called_by(subject, role, function)) }
            td { @for event in function.publishes() { (links::to_event(event)) " " } }
            td { @for used in function.uses() { (touched(used)) " " } }
        }
    }
}

/// Time-out and memory, where they are known.
fn limits(function: &dyn Function) -> String {
    let seconds = function.timeout_seconds().map(|seconds| format!(", {seconds} s"));
    let memory = function.memory_mb().map(|memory| format!(", {memory} MB"));
    [seconds, memory].into_iter().flatten().collect()
}

/// What calls a function: a request, a queue, a stream or a schedule.
fn called_by(subject: &Subject, role: Role, function: &dyn Function) -> Markup {
    let document = subject.document();
    match role {
        Role::Publisher | Role::Query => html! {
            @if let Some(endpoint) = endpoint(document, function.name()) { code { (endpoint.method) " " (endpoint.path) } }
        },
        Role::Consumer => {
            let consumer = document.consumers.iter().find(|one| one.name == function.name());
            html! { @if let Some(consumer) = consumer { (taken(subject, consumer)) } }
        }
        Role::Relay | Role::Snapshotter => html! {
            @if let Some(table) = streaming(document, function.name()) { "the stream of " (links::to_table(table)) }
        },
        Role::Sweeper | Role::Reaper | Role::Scheduled => html! { "a schedule" },
    }
}

fn endpoint<'a>(document: &'a Document, name: &str) -> Option<&'a Endpoint> {
    let mut endpoints = document.publishers.iter().chain(&document.queries);
    endpoints.find(|endpoint| endpoint.name == name)
}

/// The table on whose stream a function is.
fn streaming<'a>(document: &'a Document, name: &str) -> Option<&'a str> {
    let relays = document.relays.iter().map(|relay| (&relay.name, &relay.table));
    let snapshotters = document.snapshotters.iter().map(|one| (&one.name, &one.table));
    let mut all = relays.chain(snapshotters);
    all.find(|(function, _)| *function == name)
        .map(|(_, table)| table.as_str())
}

fn taken(subject: &Subject, consumer: &Consumer) -> Markup {
    html! {
        @match &consumer.takes {
            Takes::All { .. } => "every event",
            Takes::Prefix { prefix } => { "events " code { (prefix) "*" } },
            _ => @for contract in subject.taken(consumer) { (links::to_contract(contract)) " " },
        }
        span.bound { (consumer.guarantee.as_str()) }
    }
}

fn touched(used: &Use) -> Markup {
    match used {
        Use::Table { table, access } => {
            html! { span.use { span.muted { (access.as_str()) " " } (links::to_table(table)) } }
        }
        Use::Personal { personal } if personal.reads() => html! { span.use { "opens personal data" } },
        Use::Personal { .. } => html! { span.use { "seals personal data" } },
        Use::Mail { .. } => html! { span.use { "sends mail" } },
        Use::Secret { secret } => html! { span.use { "reaches " code { (secret) } } },
        Use::Parameter { parameter, .. } => html! { span.use { "is told " code { (parameter) } } },
        Use::Bucket { bucket, access } => {
            html! { span.use { (access.as_str()) " bucket " code { (bucket) } } }
        }
        Use::Command { command } => html! {
            span.use { "sends " a.chip.command href={ "#" (links::named(crate::document::ContractKind::Command, command)) } { (command) } }
        },
        Use::Replies { .. } => html! { span.use { "waits for answers" } },
        Use::Other(_) => html! {},
    }
}
