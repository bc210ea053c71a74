//! Where things are on the page, and links to them.

use maud::{Markup, html};

use crate::document::{Contract, ContractKind, EventVersion, Function, Role};

/// The id of a contract.
pub(super) fn contract(contract: &Contract) -> String {
    named(contract.kind, &contract.name)
}

/// The id of what is called so.
pub(super) fn named(kind: ContractKind, name: &str) -> String {
    format!("{}-{name}", kind.as_str())
}

/// The id of a function.
pub(super) fn function(name: &str) -> String {
    format!("function-{name}")
}

/// The id of a service.
pub(super) fn service(name: &str) -> String {
    format!("service-{name}")
}

/// The id of a table.
pub(super) fn table(name: &str) -> String {
    format!("table-{name}")
}

/// A link to a function, in the colour of what calls it.
pub(super) fn to_function(role: Role, function: &dyn Function) -> Markup {
    html! {
        a class={ "chip " (class(role)) } href={ "#" (self::function(function.name())) } { (function.name()) }
    }
}

/// A link to an event.
pub(super) fn to_event(event: &EventVersion) -> Markup {
    html! {
        a.chip.event href={ "#" (named(ContractKind::Event, &event.name)) } {
            (event.name) " " span.version { "v" (event.version) }
        }
    }
}

/// A link to a contract.
pub(super) fn to_contract(contract: &Contract) -> Markup {
    html! {
        a class={ "chip " (contract.kind.as_str()) } href={ "#" (self::contract(contract)) } { (contract.name) }
    }
}

/// A link to a service.
pub(super) fn to_service(name: &str) -> Markup {
    html! { a.owner href={ "#" (service(name)) } { (name) } }
}

/// A link to a table.
pub(super) fn to_table(name: &str) -> Markup {
    html! { a.chip.table href={ "#" (table(name)) } { (name) } }
}

/// The class of a function, which is its colour.
pub(super) fn class(role: Role) -> &'static str {
    match role {
        Role::Publisher | Role::Scheduled => "publisher",
        Role::Query => "query",
        Role::Consumer => "consumer",
        _ => "machinery",
    }
}
