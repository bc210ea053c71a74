//! A letter, and letters of a group: why they are there, what a redrive would do now, and doing it.

use jiff::Timestamp;
use maud::{Markup, html};
use tidings_operations::{Explained, Group, Letter};

use super::{
    explained::outcome,
    letters::{event_type, expiry},
    time::{ago, clock},
};

/// Letters of a group that are listed; the others are counted.
const LISTED: usize = 200;

/// What is meant by an act: the name of a form's field, and its value.
#[derive(Debug, Clone, Copy)]
pub struct Meant<'m> {
    /// `group` or `letter`.
    pub field: &'static str,
    /// Its id.
    pub id: &'m str,
}

/// The letters of a group.
#[must_use]
pub fn group(group: &Group, letters: &[(Letter, Explained)], changes: bool, now: Timestamp) -> Markup {
    html! {
        p { a href="/console/letters" { "Dead letters" } }
        h1.name { (group.consumer) }
        p.lead { span.pill.mark { (group.class) } " " (group.cause) }
        table.list {
            caption { "Letters" }
            thead { tr {
                th scope="col" { "Letter" }
                th scope="col" { "About" }
                th scope="col" { "Since" }
                th scope="col" { "A redrive now" }
            } }
            tbody { @for (letter, explained) in letters.iter().take(LISTED) { tr {
                th scope="row" { a href={ "/console/letters/letter/" (letter.id) } { code { (short(&letter.id)) } } }
                td data-label="About" { (about(letter)) }
                td data-label="Since" { (ago(letter.sent, now)) }
                td data-label="A redrive now" { (outcome(explained)) }
            } } }
        }
        @if letters.len() > LISTED { p.muted { "and " (letters.len() - LISTED) " more" } }
        (acts(Meant { field: "group", id: &group.id }, letters.len(), changes))
    }
}

/// One letter.
#[must_use]
pub fn page(letter: &Letter, explained: &Explained, group: &str, changes: bool, now: Timestamp) -> Markup {
    let cause = letter.cause();
    html! {
        p { a href="/console/letters" { "Dead letters" } " / " a href={ "/console/letters/group/" (group) } { (letter.queue.consumer) } }
        h1.name { (event_type(letter.event_type())) " " (about(letter)) }
        p.lead { span.pill.mark { (cause.class) } " " (cause.reason) }
        h2 { "A redrive now" }
        p #explained { (outcome(explained)) }
        (acts(Meant { field: "letter", id: &letter.id }, 1, changes))
        h2 { "The letter" }
        dl.facts {
            dt { "Id" } dd { code { (letter.id) } }
            dt { "Queue" } dd { code { (letter.queue.name) } }
            @if let Some(key) = letter.key() { dt { "Event" } dd { code { (key) } } }
            @if let Some(correlation) = letter.correlation() {
                dt { "Chain" } dd { a href={ "/console/traces?of=" (correlation) } { code { (correlation) } } }
            }
            dt { "Since" } dd { @match letter.sent { Some(sent) => { (clock(sent)) ", " (ago(Some(sent), now)) " ago" }, None => "unknown" } }
            dt { "Expires in" } dd { (expiry(letter.expires(), now)) }
            @if let Some(attempts) = letter.attempts() { dt { "Attempts" } dd { (attempts) } }
            @if let Some(first) = letter.first_failed() { dt { "First failed" } dd { (clock(first)) } }
            @if let Err(why) = &letter.event { dt { "No event" } dd { (why) } }
        }
        @if !letter.attributes.is_empty() {
            details { summary { "What travels with it" }
                dl.facts { @for (name, attribute) in &letter.attributes { dt { (name) } dd { (attribute.value) } } }
            }
        }
        details open { summary { "Its body" }
            p.muted { "Personal values stay sealed." }
            pre tabindex="0" aria-label="Its body" { code { (body(&letter.body)) } }
        }
    }
}

/// What can be done. Where nothing may be changed, the page says who can.
fn acts(meant: Meant<'_>, letters: usize, changes: bool) -> Markup {
    let (these, they) = if letters == 1 {
        ("this letter", "It")
    } else {
        ("these letters", "They")
    };
    html! {
        @if changes {
            div.acts {
                form method="post" action="/console/letters/redrive" {
                    input type="hidden" name=(meant.field) value=(meant.id);
                    label { "Why (for the record)" input type="text" name="reason" maxlength="500" autocomplete="off"; }
                    button.main type="submit" { "Redrive " (these) }
                }
                details {
                    summary { "Drop " (these) }
                    form method="post" action="/console/letters/drop" {
                        input type="hidden" name=(meant.field) value=(meant.id);
                        label { "Why" input type="text" name="reason" required maxlength="500" autocomplete="off"; }
                        button type="submit" { "Drop " (these) }
                        p.muted { (they) " can be brought back for 90 days: " code { "tidings dlq restore" } "." }
                    }
                }
            }
        } @else {
            p.muted { "This page is read-only. " code { "--allow-changes" } " lets it redrive and drop; " code { "tidings dlq" } " does it as well." }
        }
    }
}

fn about(letter: &Letter) -> Markup {
    let event = letter.event.as_ref().ok();
    let subject = event.and_then(|event| event.subject.clone());
    let about = subject.or_else(|| letter.key());
    html! { @match about { Some(about) => code { (about) }, None => span.muted { "no event" } } }
}

/// How a letter's id begins, as it can be given to `tidings dlq`.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// A body to read: JSON with its lines broken, anything else as it is, and not more than a page has room for.
fn body(text: &str) -> String {
    const MOST: usize = 20_000;
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let text = value.map_or_else(|| text.to_owned(), |value| format!("{value:#}"));
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!(
            "{}…\n({} bytes; `tidings dlq show` has all of it)",
            &text[..at],
            text.len()
        ),
        None => text,
    }
}
