//! The log: a line a delivery, and on every line that is written meanwhile, also by the handler, which event it
//! is about. The event's data is never logged: it is personal.

#[cfg(test)]
pub(crate) mod filtered;
mod json;
mod setup;

use tidings_core::{Envelope, envelope::Irregularity};
use tracing::{Span, error, error_span, info, warn};

pub use json::JsonLine;
pub use setup::{begin, begin_json, json_lines};

use crate::observe::{Handled, Observe, Verdict};

/// The name of the span of a delivery.
const DELIVERY: &str = "delivery";

/// What every line of a delivery says. Its level is the highest, so that it is there whenever any line is.
pub(crate) fn delivery(
    consumer: &'static str,
    envelope: Option<&Envelope>,
    message_id: Option<&str>,
    attempt: u32,
) -> Span {
    error_span!(
        DELIVERY,
        consumer,
        event_id = envelope.map(|e| e.id.as_str()),
        event_type = envelope.map(|e| e.event_type.as_str()),
        source = envelope.map(|e| e.source.as_str()),
        correlation_id = envelope.map(Envelope::correlation_id),
        causation_id = envelope.and_then(|e| e.causationid.as_deref()),
        traceparent = envelope.and_then(|e| e.traceparent.as_deref()),
        // What is no event has no other name.
        message_id = message_id.filter(|_| envelope.is_none()),
        attempt,
    )
}

/// Says which optional attributes of an event are not as CloudEvents says; it is read all the same. Names come from outside, and values are not
/// told.
pub(crate) fn irregular(event: &Envelope) {
    const MOST: usize = 10;
    const LONGEST: usize = 64;
    let irregular = event.irregularities();
    if irregular.is_empty() {
        return;
    }
    let told = irregular
        .iter()
        .take(MOST)
        .map(|Irregularity { attribute, reason }| {
            let name: String = attribute.chars().take(LONGEST).collect();
            format!("`{name}` {reason}")
        });
    let attributes = told.collect::<Vec<_>>().join("; ");
    warn!(
        count = irregular.len(),
        attributes, "read, though some of its attributes are irregular"
    );
}

/// Corrects the attempt on the lines to come: the record counts tries, SQS counts receives. Equal, mostly, and to change
/// a span costs more than to make one.
pub(crate) fn tried(attempt: u32, receives: u32) {
    if attempt != receives {
        Span::current().record("attempt", attempt);
    }
}

/// Writes a line a delivery. Which event it is about is said by the span that the runtime keeps around the delivery.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log;

impl Observe for Log {
    fn handled(&self, handled: &Handled<'_>) {
        macro_rules! line {
            ($level:ident) => {
                $level!(
                    elapsed_ms = handled.elapsed.as_micros() as f64 / 1e3,
                    age_ms = handled.age.map(|age| age.as_micros() as f64 / 1e3),
                    error_class = handled.class,
                    reason = handled.reason,
                    "{}",
                    handled.verdict.as_str()
                )
            };
        }
        match handled.verdict {
            Verdict::Done | Verdict::Duplicate | Verdict::InFlight | Verdict::Paused => line!(info),
            Verdict::Failed => line!(warn),
            Verdict::SetAside => line!(error),
        }
    }
}
