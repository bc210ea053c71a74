//! Events that cause themselves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Report, rules::CIRCLE};
use crate::document::{Consumer, Document, Function as _, Use};

/// What an event causes at once: an event, and the consumers on the way.
type Causes<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>;

pub(super) fn look(document: &Document, report: &mut Report) {
    let causes = causes(document);
    let mut told = BTreeSet::new();
    for event in causes.keys().copied() {
        let Some(way) = way_back(&causes, event) else {
            continue;
        };
        let members: BTreeSet<_> = way.iter().map(|(event, _)| *event).collect();
        // The same circle begins at each of its events.
        if told.insert(members.clone()) {
            let subject = members.into_iter().collect::<Vec<_>>().join(" + ");
            let steps = way
                .iter()
                .map(|(event, through)| format!("{event} -> {}", through.join(" -> ")));
            let steps: Vec<_> = steps.collect();
            report.find(&CIRCLE, subject, format!("{} -> {event}", steps.join(" -> ")));
        }
    }
}

fn causes(document: &Document) -> Causes<'_> {
    let mut causes = Causes::new();
    for event in document.events() {
        let caused = causes.entry(event).or_default();
        for consumer in document.takers(event) {
            for (stated, through) in stated(document, consumer) {
                caused.entry(stated).or_insert(through);
            }
        }
    }
    causes
}

/// What a consumer states, or the handler of a command that it sends; with who it goes through.
fn stated<'a>(document: &'a Document, consumer: &'a Consumer) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut stated = Vec::new();
    let mut front = VecDeque::from([(consumer, vec![consumer.name.as_str()])]);
    while let Some((consumer, through)) = front.pop_front() {
        for event in &consumer.publishes {
            stated.push((event.name.as_str(), through.clone()));
        }
        for handler in consumer
            .uses()
            .iter()
            .filter_map(Use::command)
            .filter_map(|one| document.handler(one))
        {
            if !through.contains(&handler.name.as_str()) {
                let through = through.iter().copied().chain([handler.name.as_str()]).collect();
                front.push_back((handler, through));
            }
        }
    }
    stated
}

/// The shortest way from an event back to it: each event on it, and who leads on from there.
fn way_back<'a>(causes: &Causes<'a>, event: &'a str) -> Option<Vec<(&'a str, Vec<&'a str>)>> {
    let mut seen = BTreeSet::new();
    let mut front = VecDeque::from([(event, Vec::new())]);
    while let Some((at, way)) = front.pop_front() {
        for (next, through) in causes.get(at).into_iter().flatten() {
            let mut way: Vec<_> = way.clone();
            way.push((at, through.clone()));
            if *next == event {
                return Some(way);
            }
            if seen.insert(*next) {
                front.push_back((next, way));
            }
        }
    }
    None
}
