//! Consumers: what waits for each, how fast it is, and whether it pauses.

use jiff::Timestamp;
use maud::{Markup, html};
use tidings_catalogue::document::Consumer;
use tidings_operations::Standing;

use super::time::{clock, took};
use crate::feed::Reading;

/// A consumer, with what is known of it now.
pub struct Row<'r> {
    /// As the catalogue has it.
    pub consumer: &'r Consumer,
    /// What its queues hold.
    pub standing: Option<&'r Standing>,
    /// What it did; none where its functions run elsewhere.
    pub reading: Option<Reading>,
}

/// The row's key.
#[must_use]
pub fn key(consumer: &Consumer) -> String {
    format!("consumer-{}", consumer.name)
}

/// The table, around its rows.
#[must_use]
pub fn table(rows: &Markup, measured: bool) -> Markup {
    html! {
        table.list {
            caption { "Consumers" }
            thead { tr {
                th scope="col" { "Consumer" }
                th.number scope="col" { "In its queue" }
                @if measured {
                    th.number scope="col" { "Lag" }
                    th.number scope="col" { "Done a minute" }
                    th.number scope="col" { "Failed a minute" }
                }
                th scope="col" { "Breaker" }
                th.number scope="col" { "Dead letters" }
            } }
            tbody #consumers { (rows) }
        }
    }
}

/// The row.
#[must_use]
pub fn row(
    Row {
        consumer,
        standing,
        reading,
    }: &Row<'_>,
    now: Timestamp,
) -> Markup {
    let letters = standing.map_or(0, |standing| standing.letters);
    let paused = standing
        .and_then(|standing| standing.paused_until)
        .filter(|until| *until > now);
    let error = standing.and_then(|standing| standing.error.as_deref());
    html! {
        tr id=(key(consumer)) .trouble[letters > 0 || paused.is_some() || error.is_some()] {
            th scope="row" {
                a href={ "/catalogue#function-" (consumer.name) } { (consumer.name) }
                span.muted.small { (consumer.service) ", " (consumer.guarantee.as_str()) }
            }
            (number("In its queue", standing.map(|standing| standing.waiting + standing.at_work)))
            @if let Some(reading) = reading {
                td.number data-label="Lag" { (reading.lag.map_or_else(|| "–".to_owned(), took)) }
                (number("Done a minute", Some(u64::from(reading.rate))))
                (number("Failed a minute", Some(u64::from(reading.failed))))
            }
            td data-label="Breaker" {
                @match (error, paused) {
                    (Some(error), _) => span.state data-state="dead letter" { (error) },
                    (None, Some(until)) => span.state data-state="paused" { "open until " (clock(until)) },
                    (None, None) if reading.is_some() => span.muted { "closed" },
                    (None, None) => span.muted { "not told" },
                }
            }
            td.number data-label="Dead letters" {
                @match letters {
                    0 => span.muted { "0" },
                    _ => a.state data-state="dead letter" href="/console/letters" { (letters) },
                }
            }
        }
    }
}

fn number(label: &str, number: Option<u64>) -> Markup {
    html! {
        td.number data-label=(label) {
            @match number {
                Some(0) => span.muted { "0" },
                Some(number) => (number),
                None => span.muted { "unknown" },
            }
        }
    }
}
