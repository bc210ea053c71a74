//! A flow: a request, and the fan-out of what follows from it.

use maud::{Markup, html};

use super::time::{clock, took};
use crate::feed::{Asked, Delivery, Flow, Happened, State};

/// The key of a flow's item.
#[must_use]
pub fn key(flow: &Flow) -> String {
    format!("flow-{}", flow.number)
}

/// The flow as an item.
#[must_use]
pub fn item(flow: &Flow) -> Markup {
    let worst = worst(flow);
    html! {
        article.chain id=(key(flow)) {
            div.asked {
                @match &flow.asked {
                    Some(asked) => (request(asked)),
                    None => h2 { span.muted { "Without a request" } },
                }
                span.by {
                    (tally(flow))
                    (clock(flow.began))
                    @if let Some(correlation) = &flow.correlation {
                        a href={ "/console/traces?of=" (correlation) } aria-label={ "Trace of " (named(flow)) } { "Trace" }
                    }
                }
            }
            @if let Some(refused) = flow.asked.as_ref().and_then(|asked| asked.refused.as_deref()) {
                p.warning { (refused) }
            }
            @if !flow.events.is_empty() {
                ol.fan data-state=[worst.map(State::as_str)] {
                    @for event in &flow.events { (happened(event, depth(flow, event))) }
                }
            }
            @if flow.more > 0 { p.muted { "and " (flow.more) " events more" } }
        }
    }
}

/// A flow in a line: its request, or its first event, and what that is about.
#[must_use]
pub fn told(flow: &Flow) -> String {
    let what = match (&flow.asked, flow.events.first()) {
        (Some(asked), _) => format!("{} {}", asked.method, asked.path),
        (None, Some(event)) => event.event_type.clone(),
        (None, None) => "nothing yet".to_owned(),
    };
    format!("{what}, {}", named(flow))
}

/// What a flow is called by, to those who hear its links.
fn named(flow: &Flow) -> &str {
    let first = flow.events.first();
    let subject = first.and_then(|event| event.subject.as_deref());
    subject.or(flow.correlation.as_deref()).unwrap_or("this flow")
}

fn request(asked: &Asked) -> Markup {
    let failed = asked.status >= 400;
    html! {
        h2 { code { (asked.method) " " (asked.path) } }
        span.chip.publisher { (asked.function) }
        span.status .failed[failed] { (asked.status) }
        span.muted { "in " (took(asked.took)) }
    }
}

/// How many deliveries stand how, those that need somebody first.
fn tally(flow: &Flow) -> Markup {
    let states = [
        State::Dead,
        State::Retrying,
        State::Paused,
        State::Working,
        State::Waiting,
        State::Done,
    ];
    let counts = states.map(|state| (state, flow.count(state)));
    html! {
        span.tally {
            @for (state, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
                span.state data-state=(state.as_str()) { (count) " " (plural(state, count)) }
            }
        }
    }
}

fn plural(state: State, count: usize) -> &'static str {
    match (state, count) {
        (State::Dead, 2..) => "dead letters",
        _ => state.as_str(),
    }
}

fn worst(flow: &Flow) -> Option<State> {
    let deliveries = flow.events.iter().flat_map(|event| &event.deliveries);
    deliveries.map(|delivery| delivery.state).min()
}

/// How many events of the flow stand above this one.
fn depth(flow: &Flow, event: &Happened) -> usize {
    let (mut depth, mut event) = (0, event);
    // A cause is published before its effect; what says otherwise ends the count.
    while depth < flow.events.len()
        && let Some(cause) = &event.cause
        && let Some(above) = flow
            .events
            .iter()
            .find(|one| one.id == *cause || one.key == *cause)
    {
        (depth, event) = (depth + 1, above);
    }
    depth
}

fn happened(event: &Happened, depth: usize) -> Markup {
    html! {
        li class={ "happened d" (depth.min(4)) } {
            span.what {
                span.chip.event { (event.event_type) }
                @if let Some(subject) = &event.subject { code.subject title=(subject) { (subject) } }
            }
            @match event.deliveries.is_empty() {
                true => span.muted { "nobody takes it" },
                false => ul.takers {
                    @for delivery in &event.deliveries { (taken(delivery)) }
                },
            }
        }
    }
}

fn taken(delivery: &Delivery) -> Markup {
    let quiet = matches!(delivery.state, State::Done | State::Waiting | State::Working);
    html! {
        li.state data-state=(delivery.state.as_str()) title=[delivery.reason.as_deref()] {
            b { (delivery.consumer) }
            @if quiet { span.unseen { ", " (delivery.state.as_str()) } } @else { span.word { (delivery.state.as_str()) } }
            @if let Some(time) = delivery.took.filter(|_| delivery.state == State::Done) { span.took { (took(time)) } }
            @if delivery.attempts > 1 { span.took { "attempt " (delivery.attempts) } }
            @if delivery.duplicates > 0 { span.took { "duplicate recognised" } }
            @if let Some(back) = delivery.back { span.took { "again at " (clock(back)) } }
            @if let Some(reason) = delivery.reason.as_deref().filter(|_| !quiet) { span.reason { (reason) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_an_event_says_is_text_and_no_markup() {
        let evil = "<img src=x onerror=alert(1)>\"'&";
        let flow = Flow {
            number: 7,
            began: Timestamp::UNIX_EPOCH,
            asked: Some(Asked {
                method: evil.into(),
                path: evil.into(),
                function: evil.into(),
                status: 422,
                took: std::time::Duration::ZERO,
                trace: None,
                refused: Some(evil.into()),
            }),
            correlation: Some(evil.into()),
            events: vec![Happened {
                key: evil.into(),
                id: evil.into(),
                event_type: evil.into(),
                subject: Some(evil.into()),
                at: Timestamp::UNIX_EPOCH,
                cause: Some(evil.into()),
                deliveries: vec![Delivery {
                    consumer: evil.into(),
                    state: State::Retrying,
                    attempts: 2,
                    took: None,
                    reason: Some(evil.into()),
                    back: Some(Timestamp::UNIX_EPOCH),
                    duplicates: 0,
                }],
            }],
            more: 1,
        };
        let page = item(&flow).into_string();
        assert!(!page.contains("<img") && !page.contains("\"'&"), "{page}");
        assert!(
            page.matches("&lt;img src=x onerror=alert(1)&gt;&quot;").count() >= 9,
            "{page}"
        );
    }
}
