//! Metrics in CloudWatch's embedded metric format: a log line a batch that CloudWatch turns into metrics, so no
//! call is made for them (CloudWatch: "Embedding metrics within logs"). CloudWatch reads the lines of every
//! function's log group; nothing is to be configured.
//!
//! Namespace [`NAMESPACE`]; dimensions `Service` and `Function`:
//!
//! | metric | unit | |
//! | --- | --- | --- |
//! | `BatchSize` | Count | messages of a batch; its sample count is the number of batches |
//! | `Processed` | Count | messages that were handled, now |
//! | `Duplicates` | Count | messages of events that were handled before, or twice in the batch |
//! | `InFlight` | Count | messages that met another worker's lease |
//! | `Paused` | Count | messages that were not begun, because the consumer pauses (its provider is down) |
//! | `Failures` | Count | messages that failed: they come back or were set aside |
//! | `SetAside` | Count | those of them that are in the dead-letter queue now |
//! | `ColdStart` | Count | 1 with the first batch of a process |
//! | `Attempts` | Count | which try it was, of every event that was tried |
//! | `ProcessingTime` | Milliseconds | from the beginning of an event to its settlement, of every event that was tried |
//! | `Age` | Milliseconds | from a message's sending to the beginning of its event |
//!
//! `Failures` comes a second time, with the dimensions `EventType` and `ErrorClass`. Every number is of messages,
//! `BatchSize` is the sum of the five before `SetAside`, and what did not occur is not written. What is in no
//! metric is a batch whose invocation was killed; Lambda counts it in its own `Errors`.
//!
//! Every line has a `timestamp` and the `level` FATAL, so that no setting of Lambda's log level drops it.
//!
//! A function that asks ([`crate::request`]) counts the answers that it drops: `LateReplies`, `UnknownReplies` (nobody here has asked, or it
//! came twice), `UnreadableReplies`.

mod lines;
mod replies;
mod samples;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    mem,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use metrique::{emf::Emf, writer::format::Format as _};
use tidings_core::{Envelope, Takes, consumer::Declared};
use tracing::warn;

pub use replies::ReplyMetrics;

use self::{
    lines::{BatchLine, FailureLine, Who},
    tally::Tally,
};
use crate::{
    environment::optional,
    observe::{Handled, Observe},
};

/// Where the metrics are.
pub const NAMESPACE: &str = "Tidings";

/// Counts deliveries, and writes an EMF line a batch and one more for each kind of failure in it.
pub struct Metrics {
    who: Who,
    takes: Takes,
    state: Mutex<State>,
}

struct State {
    tally: Tally,
    cold: bool,
    emf: Emf,
    /// The lines of a batch, to be written at once.
    lines: Vec<u8>,
    out: Box<dyn Write + Send>,
}

impl Metrics {
    /// The metrics of a consumer on standard output, where Lambda takes them to CloudWatch. The dimension `Function` is
    /// the function's name in the account, with the stage's prefix, so that stages do not mix.
    #[must_use]
    pub fn of(consumer: &Declared) -> Self {
        let function = optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| consumer.name.to_owned());
        Self::written_to(consumer, function, io::stdout())
    }

    /// The metrics of a consumer, written to `out`.
    #[must_use]
    pub fn written_to(consumer: &Declared, function: String, out: impl Write + Send + 'static) -> Self {
        let dimensions = Who::DIMENSIONS.map(ToOwned::to_owned).to_vec();
        Self {
            who: Who {
                service: consumer.service,
                function,
            },
            takes: consumer.takes.clone(),
            state: Mutex::new(State {
                tally: Tally::new(),
                cold: true,
                emf: Emf::builder(NAMESPACE.to_owned(), vec![dimensions]).build(),
                lines: Vec::new(),
                out: Box::new(out),
            }),
        }
    }

    /// The event's type as the value of a dimension. Every value is a metric that is paid for, and what a stranger sent
    /// is his choice: only types that the consumer takes are named. A dimension's value is short printable ASCII (CloudWatch:
    /// API reference, `Dimension`).
    fn event_type<'a>(&self, envelope: Option<&'a Envelope>) -> &'a str {
        let Some(envelope) = envelope else {
            return "None";
        };
        let name = envelope.event_type.as_str();
        let allowed = name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_graphic());
        if allowed && self.takes.matches(name) {
            name
        } else {
            "Other"
        }
    }
}

impl Observe for Metrics {
    fn handled(&self, handled: &Handled<'_>) {
        let event_type = self.event_type(handled.envelope);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tally.add(handled, event_type);
    }

    fn batch_ended(&self, at: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.tally.messages == 0 {
            return;
        }
        if let Err(error) = state.write(&self.who, at) {
            warn!(%error, "a batch's metrics were not written");
        }
        state.tally.clear();
        state.lines.clear();
    }
}

impl State {
    fn write(&mut self, who: &Who, at: Timestamp) -> Result<(), metrique::writer::IoStreamError> {
        let tally = &self.tally;
        let cold = mem::take(&mut self.cold);
        let batch = BatchLine { who, at, tally, cold };
        self.emf.format(&batch, &mut self.lines)?;
        for cause in &tally.causes {
            self.emf
                .format(&FailureLine { who, at, cause }, &mut self.lines)?;
        }
        self.out.write_all(&self.lines)?;
        Ok(self.out.flush()?)
    }
}
