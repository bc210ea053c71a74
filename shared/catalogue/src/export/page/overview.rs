//! The beginning: how much there is, and the picture of all of it.

use maud::{Markup, html};

use super::{super::Subject, picture};
use crate::{
    document::{ContractKind, Role},
    graph::Layers,
};

pub(super) fn section(subject: &Subject) -> Markup {
    let document = subject.document();
    let of = |role: Role| document.functions().filter(|(one, _)| *one == role).count();
    let numbers = [
        (subject.of_kind(ContractKind::Event).count(), "events", "#events"),
        (
            subject.of_kind(ContractKind::Command).count(),
            "commands",
            "#commands",
        ),
        (of(Role::Publisher), "publishers", "#services"),
        (of(Role::Consumer), "consumers", "#services"),
        (document.services().len(), "services", "#services"),
        (document.tables.len(), "tables", "#tables"),
    ];
    let graph = document.graph(Layers {
        folded: true,
        ..Layers::default()
    });
    html! {
        section #overview aria-labelledby="overview-heading" {
            h1 #overview-heading { (subject.system()) }
            p.lead {
                "Who states and who takes what: every event, command, function and table of " (subject.system()) " "
                (subject.version()) ", made from its code."
            }
            ul.numbers {
                @for (count, word, target) in numbers {
                    li { a href=(target) { b { (count) } " " (word) } }
                }
            }
            h2 { "From where to where" }
            p.muted { "Point at something to see what is next to it; follow it to read more." }
            ul.legend {
                @for (class, word) in [
                    ("publisher", "publisher"), ("event", "event"), ("consumer", "consumer"),
                    ("command", "command"), ("query", "query"),
                ] {
                    li { span class={ "chip " (class) } { (word) } }
                }
            }
            (picture::of(&graph))
        }
    }
}
