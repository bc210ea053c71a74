//! A version of a contract: its fields, who reads them, a sample and the schemas.

use maud::{Markup, html};
use serde_json::Value;

use super::{super::Subject, links, prose::rich};
use crate::{
    document::{Consumer, Contract, ContractKind, ContractVersion, Deprecation, Role, Use},
    fields::{self, Field},
};

/// A version, shown at once if it is the current one.
pub(super) fn details(
    subject: &Subject,
    contract: &Contract,
    version: &ContractVersion,
    current: bool,
) -> Markup {
    let takers = subject.takers(contract);
    let readers = takers.into_iter().filter(|taker| reads(taker, contract, version));
    let readers: Vec<_> = readers.collect();
    html! {
        details.version open[current] {
            summary {
                "Version " (version.version)
                @if current { span.pill { "current" } } @else { span.pill.old { "earlier" } }
                @if version.deprecated.is_some() { span.pill.deprecated { "deprecated" } }
                @if version.read.is_none() && version.written.is_some() { span.pill.deprecated { "no longer read" } }
            }
            @if let Some(deprecation) = &version.deprecated { (deprecated(deprecation)) }
            @if let Some(minimum) = version.min_reader.filter(|minimum| *minimum > 1) {
                p.muted { "A reader must know version " (minimum) " or a later one." }
            }
            @match &version.written {
                Some(written) => (table(contract, version, written, &readers)),
                None => p.muted { "Nothing says what it holds." },
            }
            @if let Some(sample) = &version.sample { (json("Sample", sample)) }
            @if let Some(written) = &version.written { (json("Schema as written", written)) }
            @if let Some(read) = &version.read { (json("Schema as read", read)) }
        }
    }
}

/// Whether a consumer reads this version: it knows it, or an earlier one that is brought up to what
/// it knows.
fn reads(taker: &Consumer, contract: &Contract, version: &ContractVersion) -> bool {
    match taker.reads(&contract.name) {
        Some(known) => {
            known >= version.min_reader.unwrap_or(1) && (known == version.version || version.read.is_some())
        }
        None => true,
    }
}

fn deprecated(deprecation: &Deprecation) -> Markup {
    html! {
        p.warning {
            b { "Deprecated" }
            @if let Some(since) = deprecation.since { " since " time datetime=(since) { (since) } }
            @if let Some(until) = deprecation.until { ", to be gone from " time datetime=(until) { (until) } " on" }
            ". " (deprecation.reason)
        }
    }
}

fn table(contract: &Contract, version: &ContractVersion, written: &Value, readers: &[&Consumer]) -> Markup {
    let rows = fields::fields(written);
    let who = contract.kind != ContractKind::Answer;
    html! {
        @if rows.is_empty() { p.muted { "It has no fields." } } @else {
            table.fields {
                caption { "The fields of " (contract.name) ", version " (version.version) }
                thead { tr {
                    th scope="col" { "Field" }
                    th scope="col" { "Type" }
                    th scope="col" { "What it says" }
                    @if who { th scope="col" { "Read by" } }
                } }
                tbody { @for field in &rows { (row(field, who.then_some(readers))) } }
            }
        }
    }
}

fn row(field: &Field, readers: Option<&[&Consumer]>) -> Markup {
    html! {
        tr .personal[field.personal] {
            th scope="row" class={ "d" (field.depth().min(4)) } {
                code { (field.name()) }
                @if !field.required { span.optional { "optional" } }
            }
            td {
                code { (field.kind) }
                @for bound in &field.bounds { span.bound { (bound) } }
                @if let Some(default) = &field.default { span.bound { "absent: " (default) } }
            }
            td {
                @if field.personal { span.pill.mark { "personal" } " " }
                @if let Some(said) = &field.description { (rich(said)) }
            }
            @if let Some(readers) = readers { td.readers { (read_by(field, readers)) } }
        }
    }
}

/// Who reads a field. A personal one is sealed, and only who may open it reads it.
fn read_by(field: &Field, readers: &[&Consumer]) -> Markup {
    let reading: Vec<_> = match field.personal {
        true => readers.iter().copied().filter(|reader| opens(reader)).collect(),
        false => readers.to_vec(),
    };
    html! {
        @match (reading.len(), field.personal) {
            (0, true) => span.muted { "nobody opens it" },
            (0, false) => span.muted { "nobody" },
            (count, false) if count > 2 => span.muted { "all " (count) " that take it" },
            _ => @for reader in reading { (links::to_function(Role::Consumer, reader)) " " },
        }
    }
}

/// Whether a consumer may open personal values.
pub(super) fn opens(consumer: &Consumer) -> bool {
    consumer.uses.iter().any(|used| match used {
        Use::Personal { personal } => personal.reads(),
        _ => false,
    })
}

fn json(heading: &str, value: &Value) -> Markup {
    html! {
        details.json {
            summary { (heading) }
            pre tabindex="0" { code { (format!("{value:#}")) } }
        }
    }
}
