//! Leaving of a tree what is asked for, and what leads there.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    ended::Publication,
    tree::{Delivery, Event, Trace},
};

/// Leaves what somebody should look at.
#[must_use]
pub fn failed(trace: Trace) -> Trace {
    keep(trace, &|event| event.publication.is_trouble(), &|_, delivery| {
        delivery.ended.is_trouble()
    })
}

/// Leaves what has taken longer than this: waiting and working together. What is not done has taken
/// until now.
#[must_use]
pub fn slower_than(trace: Trace, than: Duration) -> Trace {
    let now = trace.at;
    keep(
        trace,
        &|event| matches!(event.publication, Publication::Pending { .. }) && since(event.stated, now) > than,
        &|event, delivery| all_of(event, delivery, now) > than,
    )
}

/// How long it was from the sending to the end.
fn all_of(event: &Event, delivery: &Delivery, now: Timestamp) -> Duration {
    match delivery.ended.is_open() || delivery.ended.is_trouble() {
        true => since(delivery.sent.or(event.stated), now),
        false => match (delivery.sent, delivery.done()) {
            (Some(sent), Some(done)) => since(Some(sent), done),
            _ => delivery.waited.unwrap_or_default() + delivery.took.unwrap_or_default(),
        },
    }
}

fn since(from: Option<Timestamp>, to: Timestamp) -> Duration {
    from.and_then(|from| Duration::try_from(to.duration_since(from)).ok())
        .unwrap_or_default()
}

fn keep(trace: Trace, event: &dyn Fn(&Event) -> bool, delivery: &dyn Fn(&Event, &Delivery) -> bool) -> Trace {
    let events = trace
        .events
        .into_iter()
        .filter_map(|one| kept(one, event, delivery));
    Trace {
        events: events.collect(),
        ..trace
    }
}

fn kept(
    mut one: Event,
    event: &dyn Fn(&Event) -> bool,
    delivery: &dyn Fn(&Event, &Delivery) -> bool,
) -> Option<Event> {
    let own = event(&one);
    let effects = |events: Vec<Event>| -> Vec<Event> {
        let kept = events.into_iter().filter_map(|one| kept(one, event, delivery));
        kept.collect()
    };
    let deliveries = std::mem::take(&mut one.consumers);
    let mut left = Vec::new();
    for mut each in deliveries {
        let meant = delivery(&one, &each);
        each.caused = effects(each.caused);
        if meant || !each.caused.is_empty() {
            left.push(each);
        }
    }
    one.consumers = left;
    one.caused = effects(one.caused);
    (own || !one.consumers.is_empty() || !one.caused.is_empty()).then_some(one)
}
