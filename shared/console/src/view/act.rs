//! What operators have done.

use maud::{Markup, html};
use tidings_operations::{Act, State, Verb};

use super::time::clock;

/// The word for what is done.
fn verb(act: &Act) -> &'static str {
    match act.verb {
        Verb::Redrive => "redrive",
        Verb::Edit => "edit",
        Verb::Drop => "drop",
        Verb::Restore => "restore",
    }
}

fn state(act: &Act) -> (&'static str, &'static str) {
    match act.state {
        State::Running => ("working", "at work"),
        State::Done => ("done", "done"),
        State::Stopped => ("dead letter", "stopped"),
        State::Cancelled => ("paused", "cancelled"),
    }
}

/// What an act has come to, in words.
fn came_to(act: &Act) -> String {
    let counts = act.counts;
    let mut told = vec![format!("{} acted on", counts.letters)];
    let others = [
        (counts.done, "done"),
        (counts.failed_again, "failed again"),
        (counts.left, "left where they are"),
    ];
    told.extend(
        others
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}")),
    );
    told.join(", ")
}

/// Acts, the newest first.
#[must_use]
pub fn table(acts: &[Act]) -> Markup {
    html! {
        table.list {
            caption { "What was done with letters" }
            thead { tr {
                th scope="col" { "What" }
                th scope="col" { "State" }
                th scope="col" { "Who and when" }
                th scope="col" { "Why" }
                th scope="col" { "What came of it" }
            } }
            tbody { @for act in acts { tr {
                th scope="row" { a href={ "/console/acts/" (act.id) } { (verb(act)) } }
                td data-label="State" { span.state data-state=(state(act).0) { (state(act).1) } }
                td data-label="Who and when" { (act.who) ", " (clock(act.began)) }
                td data-label="Why" { (act.why.as_deref().unwrap_or("–")) }
                td data-label="What came of it" { (came_to(act)) }
            } } }
        }
    }
}

/// One act.
#[must_use]
pub fn page(act: &Act) -> Markup {
    html! {
        p { a href="/console/letters" { "Dead letters" } }
        h1 { (verb(act)) " by " (act.who) }
        p.lead { span.state data-state=(state(act).0) { (state(act).1) } " " (came_to(act)) "." }
        @if let Some(told) = &act.told { p.warning { (told) } }
        dl.facts {
            dt { "Act" } dd { code { (act.id) } }
            dt { "Began" } dd { (clock(act.began)) }
            @if let Some(ended) = act.ended { dt { "Ended" } dd { (clock(ended)) } }
            @if let Some(why) = &act.why { dt { "Why" } dd { (why) } }
        }
    }
}
