//! Tables: their keys, and who touches them.

use maud::{Markup, html};

use super::{super::Subject, links};
use crate::document::Table;

pub(super) fn section(subject: &Subject) -> Markup {
    html! {
        section #tables aria-labelledby="tables-heading" {
            h2 #tables-heading { "Tables" }
            table.list {
                caption { "DynamoDB tables" }
                thead { tr {
                    th scope="col" { "Table" } th scope="col" { "Service" } th scope="col" { "Key" } th scope="col" { "Touched by" }
                } }
                tbody { @for table in &subject.document().tables { (row(subject, table)) } }
            }
        }
    }
}

fn row(subject: &Subject, table: &Table) -> Markup {
    html! {
        tr id=(links::table(&table.name)) data-find {
            th scope="row" { span.chip.table { (table.name) } }
            td { (links::to_service(&table.service)) }
            td {
                code { (table.partition_key) } @if let Some(sort) = &table.sort_key { ", " code { (sort) } }
                @for index in &table.indexes { span.bound { "index " (index.name) } }
                @if let Some(expiry) = &table.expiry { span.bound { "expires by " (expiry) } }
                @if table.stream { span.bound { "streamed" } }
            }
            td {
                ul {
                    @for (role, function, access) in subject.document().users(&table.name) {
                        li { (links::to_function(role, function)) span.muted { " " (access.as_str()) } }
                    }
                }
            }
        }
    }
}
