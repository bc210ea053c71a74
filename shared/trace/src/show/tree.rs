//! The tree as text: an event, what each consumer did with it, and what came of that.

use jiff::Timestamp;
use termtree::Tree;

use super::text::{cut, details, errors, mark, name, one_line, publication};
use crate::tree::{Delivery, Event, Trace};

/// The tree, in lines of at most `width` characters.
#[must_use]
pub fn tree(trace: &Trace, width: usize) -> String {
    let mut text = String::new();
    for event in &trace.events {
        for line in drawn(event, trace.at).to_string().lines() {
            text += &cut(line, width);
            text.push('\n');
        }
    }
    text
}

fn drawn(event: &Event, now: Timestamp) -> Tree<String> {
    let mut line = format!("{}{}", mark(event.publication.is_trouble()), one_line_of(event));
    if let Some(told) = publication(event, now) {
        line += &format!("  {told}");
    }
    let consumers = event.consumers.iter().map(|delivery| consumer(delivery, now));
    let caused = event.caused.iter().map(|event| drawn(event, now));
    Tree::new(line).with_leaves(consumers.chain(caused))
}

fn one_line_of(event: &Event) -> String {
    let stated = event.stated.map(|stated| format!("  {stated:.3}"));
    format!("{}{}", name(event), stated.unwrap_or_default())
}

fn consumer(delivery: &Delivery, now: Timestamp) -> Tree<String> {
    let consumer = format!("{}{}", mark(delivery.ended.is_trouble()), delivery.consumer);
    let told = details(delivery, now).join("  ");
    let (guarantee, ended) = (delivery.guarantee.as_str(), delivery.ended.as_str());
    let line = format!("{consumer:<27} {guarantee:<13} {ended:<13} {told}");
    let errors = errors(delivery)
        .into_iter()
        .map(|error| Tree::new(one_line(&error)));
    let caused = delivery.caused.iter().map(|event| drawn(event, now));
    Tree::new(line.trim_end().to_owned()).with_leaves(errors.chain(caused))
}
