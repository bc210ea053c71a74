//! Dead letters, by what they have in common.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use tidings_operations::{Act, Group, Note, Seen};

use super::{act, time::ago};

/// What expires so soon is urgent.
const SOON: SignedDuration = SignedDuration::from_hours(48);

/// The groups, what could not be looked at, and what was done before.
#[must_use]
pub fn page(groups: &[Group], seen: &Seen, notes: &[Note], acts: &[Act], now: Timestamp) -> Markup {
    html! {
        h1 { "Dead letters" }
        @for queue in &seen.queues {
            @if let Some(error) = &queue.error {
                p.warning { (queue.queue) " could not be looked into: " (error) }
            } @else if queue.unseen > 0 {
                p.muted { (queue.queue) ": " (queue.unseen) " more are there and were not seen. Somebody else has them, or they stand behind others of their group." }
            }
        }
        @match groups.is_empty() {
            true => p.lead { "There is none. What no consumer can do is set aside here, with its cause." },
            false => (table(groups, notes, now)),
        }
        h2 #acts { "What was done" }
        @match acts.is_empty() {
            true => p.muted { "Nothing yet." },
            false => (act::table(acts)),
        }
    }
}

fn table(groups: &[Group], notes: &[Note], now: Timestamp) -> Markup {
    html! {
        table.list {
            caption { "Dead letters with one cause, what expires first first" }
            thead { tr {
                th scope="col" { "Consumer" }
                th scope="col" { "Event" }
                th scope="col" { "Cause" }
                th.number scope="col" { "Letters" }
                th.number scope="col" { "Oldest" }
                th.number scope="col" { "Expires in" }
            } }
            tbody {
                @for group in groups {
                    tr {
                        th scope="row" { a href={ "/console/letters/group/" (group.id) } { (group.consumer) } }
                        td data-label="Event" { (event_type(group.event_type.as_deref())) }
                        td data-label="Cause" {
                            span.pill.mark { (group.class) } " " (group.cause)
                            @for note in notes.iter().filter(|note| note.group == group.id) {
                                span.note { (note.who) ": " (note.text) }
                            }
                        }
                        td.number data-label="Letters" { (group.letters) }
                        td.number data-label="Oldest" { (ago(group.oldest, now)) }
                        td.number data-label="Expires in" { (expiry(group.expires, now)) }
                    }
                }
            }
        }
    }
}

/// The type of a letter's event.
pub(super) fn event_type(name: Option<&str>) -> Markup {
    html! {
        @match name {
            Some(name) => span.chip.event { (name) },
            None => span.muted { "no event" },
        }
    }
}

/// How long until SQS drops it.
pub(super) fn expiry(expires: Option<Timestamp>, now: Timestamp) -> Markup {
    let left = expires.map(|expires| expires.duration_since(now));
    html! {
        @match left {
            None => span.muted { "unknown" },
            Some(left) if left < SOON => span.state data-state="dead letter" { (super::time::length(left)) },
            Some(left) => (super::time::length(left)),
        }
    }
}
