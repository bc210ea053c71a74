//! Events and commands: who has to do with them, and what each version holds.

use maud::{Markup, html};

use super::{super::Subject, links, prose, versions};
use crate::{
    document::{Consumer, Contract, ContractKind, Role},
    fields,
};

/// All contracts of a kind. Answers stand with their commands.
pub(super) fn section(subject: &Subject, kind: ContractKind) -> Markup {
    let heading = match kind {
        ContractKind::Command => "Commands",
        _ => "Events",
    };
    let id = format!("{}s", kind.as_str());
    html! {
        @if subject.of_kind(kind).next().is_some() {
            section id=(id) aria-labelledby={ (id) "-heading" } {
                h2 id={ (id) "-heading" } { (heading) }
                @for contract in subject.of_kind(kind) { (article(subject, contract)) }
            }
        }
    }
}

fn article(subject: &Subject, contract: &Contract) -> Markup {
    let latest = contract.latest();
    let said = fields::description(latest.and_then(|latest| latest.written.as_ref()));
    let answer = subject
        .answer(&contract.name)
        .filter(|_| contract.kind == ContractKind::Command);
    let id = links::contract(contract);
    html! {
        article id=(id) aria-labelledby={ (id) "-name" } data-find {
            (title(contract, &format!("{id}-name")))
            @if let Some(said) = said { (prose::paragraphs(said)) }
            (flow(subject, contract))
            (history(subject, contract))
            @if let Some(answer) = answer {
                @let id = links::contract(answer);
                div.answer id=(id) {
                    h4 { "Its answer " code { (answer.name) } }
                    @let said = fields::description(answer.latest().and_then(|latest| latest.written.as_ref()));
                    @if let Some(said) = said { (prose::paragraphs(said)) }
                    (history(subject, answer))
                }
            }
        }
    }
}

fn title(contract: &Contract, id: &str) -> Markup {
    html! {
        div.title {
            h3 id=(id) { span class={ "chip " (contract.kind.as_str()) } { (contract.name) } }
            @if let Some(latest) = contract.latest() { span.pill { "version " (latest.version) } }
            @if let Some(aggregate) = &contract.aggregate { span.muted { "of an aggregate " code { (aggregate) } } }
            @if let Some(service) = &contract.service { span.by { "owned by " (links::to_service(service)) } }
        }
    }
}

/// Who states it, and who takes it.
fn flow(subject: &Subject, contract: &Contract) -> Markup {
    let (from, to) = match contract.kind {
        ContractKind::Command => ("Sent by", "Handled by"),
        _ => ("Stated by", "Taken by"),
    };
    let sources = subject.sources(contract);
    let takers = subject.takers(contract);
    html! {
        div.flow {
            div {
                h4 { (from) }
                @if sources.is_empty() { p.muted { "nobody here" } }
                ul { @for source in sources { li { (links::to_function(source.role, source.function)) } } }
            }
            div {
                h4 { (to) }
                @if takers.is_empty() { p.muted { "nobody" } }
                ul { @for taker in takers { (taken_by(contract, taker)) } }
            }
        }
    }
}

fn taken_by(contract: &Contract, taker: &Consumer) -> Markup {
    html! {
        li {
            (links::to_function(Role::Consumer, taker))
            span.muted {
                @if let Some(version) = taker.reads(&contract.name) { " reads v" (version) ", " } @else { " reads the envelope, " }
                (taker.guarantee.as_str())
            }
        }
    }
}

/// The versions, the current one first and open.
fn history(subject: &Subject, contract: &Contract) -> Markup {
    let latest = contract.latest().map(|latest| latest.version);
    html! {
        @for version in contract.versions.iter().rev() {
            (versions::details(subject, contract, version, Some(version.version) == latest))
        }
    }
}
