//! What events hold of persons, in one table: where, and who opens it.

use maud::{Markup, html};

use super::{super::Subject, links, prose::rich, versions::opens};
use crate::{
    document::{Consumer, Contract, Role},
    fields::{self, Field},
};

pub(super) fn section(subject: &Subject) -> Markup {
    let rows: Vec<_> = subject.contracts().iter().flat_map(personal).collect();
    html! {
        section #personal aria-labelledby="personal-heading" {
            h2 #personal-heading { "Personal data" }
            p { "What says something of a person is sealed with that person's key wherever it is stored. Deleting the key erases it in every copy." }
            @if rows.is_empty() { p.muted { "No event holds any." } } @else {
                table.list {
                    caption { "Personal fields of current versions" }
                    thead { tr {
                        th scope="col" { "Message" } th scope="col" { "Field" } th scope="col" { "What it says" } th scope="col" { "Opened by" }
                    } }
                    tbody { @for (contract, field) in &rows { (row(subject, contract, field)) } }
                }
            }
        }
    }
}

fn personal(contract: &Contract) -> Vec<(&Contract, Field)> {
    let written = contract.latest().and_then(|latest| latest.written.as_ref());
    let fields = written.map(fields::fields).into_iter().flatten();
    fields
        .filter(|field| field.personal)
        .map(|field| (contract, field))
        .collect()
}

fn row(subject: &Subject, contract: &Contract, field: &Field) -> Markup {
    let openers: Vec<&Consumer> = subject
        .takers(contract)
        .into_iter()
        .filter(|taker| opens(taker))
        .collect();
    html! {
        tr data-find {
            th scope="row" { (links::to_contract(contract)) }
            td { code { (field.path) } }
            td { (rich(field.description.as_deref().unwrap_or_default())) }
            td {
                @if openers.is_empty() { span.muted { "nobody" } }
                @for opener in openers { (links::to_function(Role::Consumer, opener)) " " }
            }
        }
    }
}
