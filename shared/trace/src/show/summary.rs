//! How much there is, in a line.

use std::collections::BTreeMap;

use crate::tree::Trace;

/// How many events there are, and how they stand with their consumers.
#[must_use]
pub fn summary(trace: &Trace) -> String {
    let events = trace.all_events();
    let mut stand: BTreeMap<&str, usize> = BTreeMap::new();
    for delivery in events.iter().flat_map(|event| &event.consumers) {
        *stand.entry(delivery.ended.as_str()).or_default() += 1;
    }
    let stand: Vec<_> = stand
        .iter()
        .map(|(how, count)| format!("{count} {how}"))
        .collect();
    let told = match events.len() {
        1 => "1 event".to_owned(),
        several => format!("{several} events"),
    };
    [vec![told], stand].concat().join(", ")
}
