//! A trace: what became of an order, or of anything, as a tree of cause and effect.

use jiff::Timestamp;
use maud::{Markup, html};
use tidings_trace::{Delivery, Ended, Event, Publication, Trace};

use super::time::{clock, length, took};

/// The tree.
#[must_use]
pub fn tree(trace: &Trace) -> Markup {
    html! {
        ul.tree { @for event in &trace.events { (branch(event, trace.at)) } }
    }
}

fn branch(event: &Event, now: Timestamp) -> Markup {
    html! {
        li {
            p.node { (name(event)) @if let Some(stated) = event.stated { span.muted { (clock(stated)) } } (publication(event)) }
            @if !event.consumers.is_empty() || !event.caused.is_empty() {
                ul {
                    @for delivery in &event.consumers {
                        li {
                            p.node { (standing(delivery, now)) }
                            @for error in errors(delivery) { p.reason { (error) } }
                            @if !delivery.caused.is_empty() {
                                ul { @for caused in &delivery.caused { (branch(caused, now)) } }
                            }
                        }
                    }
                    @for caused in &event.caused { (branch(caused, now)) }
                }
            }
        }
    }
}

/// What an event is called.
pub(super) fn name(event: &Event) -> Markup {
    html! {
        @match &event.r#type {
            Some(kind) => span.chip.event { (kind) },
            None => span.muted { "known by its records alone" },
        }
        " " code { (event.subject.as_deref().unwrap_or(&event.key)) }
    }
}

fn publication(event: &Event) -> Markup {
    html! {
        @match event.publication {
            Publication::Pending { late: true } => span.state data-state="dead letter" { "not published, and late" },
            Publication::Pending { late: false } => span.state data-state="waiting" { "not published yet" },
            Publication::Published { .. } | Publication::Unknown => {},
        }
    }
}

/// The consumer, how it stands, and what is known of that.
fn standing(delivery: &Delivery, now: Timestamp) -> Markup {
    html! {
        b { (delivery.consumer) }
        span.pill { (delivery.guarantee.as_str()) }
        span.state data-state=(state(&delivery.ended)) { (delivery.ended.as_str().to_lowercase()) }
        @if delivery.attempts > 1 { span.muted { (delivery.attempts) " attempts" } }
        @if let Some(waited) = delivery.waited { span.muted { "waited " (took(waited)) } }
        @if let Some(time) = delivery.took { span.muted { "took " (took(time)) } }
        @match &delivery.ended {
            Ended::SetAside { letter: Some(letter), .. } => a href={ "/console/letters/letter/" (letter) } { "Its letter" },
            Ended::SetAside { letter: None, .. } => span.muted { "its letter is in no queue any more" },
            Ended::TriedAgain { next: Some(next) } if *next > now => span.muted { "again in " (length(next.duration_since(now))) },
            Ended::Absent { since } => span.muted { "a record was due " (length(now.duration_since(*since))) " ago" },
            Ended::Unrecorded => span.muted { "a success leaves none" },
            _ => {},
        }
    }
}

/// What failed tries said, once where they said the same.
fn errors(delivery: &Delivery) -> Vec<String> {
    let (first, last) = (delivery.first_error.as_ref(), delivery.last_error.as_ref());
    match (first, last) {
        (Some(first), Some(last)) if first != last => {
            vec![format!("first: {first}"), format!("last: {last}")]
        }
        (first, last) => last.or(first).cloned().into_iter().collect(),
    }
}

/// The colour of how it stands.
pub(super) fn state(ended: &Ended) -> &'static str {
    match ended {
        Ended::Done { .. } => "done",
        Ended::InProgress { .. } => "working",
        Ended::TriedAgain { .. } | Ended::Unheard => "retrying",
        Ended::SetAside { .. } | Ended::Absent { .. } => "dead letter",
        Ended::Awaited | Ended::NotPublished => "waiting",
        Ended::Unrecorded | Ended::Forgotten => "unknown",
    }
}
