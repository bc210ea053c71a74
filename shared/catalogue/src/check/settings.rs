//! Settings without which a failure would be lost.

use super::{Report, rules::DEAD_LETTER_SETTINGS};
use crate::document::{Consumer, Document};

/// Fewer receives than this can count what no consumer has seen (AWS: SQS, standard queues).
const FEWEST_RECEIVES: u32 = 5;

pub(super) fn look(document: &Document, report: &mut Report) {
    for consumer in &document.consumers {
        for lack in lacks(consumer) {
            report.find(&DEAD_LETTER_SETTINGS, &consumer.name, lack);
        }
    }
    for relay in document
        .relays
        .iter()
        .filter(|relay| relay.maximum_retry_attempts.is_none())
    {
        let message =
            "how often a batch is tried again is not said, so one record holds up its shard for a day";
        report.find(&DEAD_LETTER_SETTINGS, &relay.name, message.to_owned());
    }
}

fn lacks(consumer: &Consumer) -> Vec<String> {
    let mut lacks = Vec::new();
    match consumer.max_receive_count {
        None => lacks.push("after how many receives a message is a dead letter is not said".to_owned()),
        Some(few) if few < FEWEST_RECEIVES => {
            lacks.push(format!(
                "a message is a dead letter after {few} receives; {FEWEST_RECEIVES} is the least"
            ));
        }
        Some(_) => {}
    }
    match (consumer.retention_seconds, consumer.dead_letter_retention_seconds) {
        (_, None) => lacks.push("how long letters are kept is not said".to_owned()),
        // In a FIFO queue the time begins anew when a message becomes a letter.
        (Some(queue), Some(letters)) if letters <= queue && consumer.takes.command().is_none() => {
            lacks.push(format!(
                "letters are kept for {letters} s, and messages for {queue} s before"
            ));
        }
        _ => {}
    }
    lacks
}
