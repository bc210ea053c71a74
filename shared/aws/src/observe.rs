//! What the runtime tells of each delivery: one place, so that logs, metrics and the local run's terminal see the
//! same thing.

use std::time::Duration;

use tidings_core::{Envelope, protocol::Disposition};
use tracing::{error, info, warn};

/// How one message's delivery to one consumer ended.
#[derive(Debug)]
pub struct Handled<'a> {
    /// The consumer.
    pub consumer: &'static str,
    /// The event; none when the message's body was no event.
    pub envelope: Option<&'a Envelope>,
    /// Which try of the event at this consumer; 0 when it was not tried.
    pub attempt: u32,
    /// What happened.
    pub verdict: Verdict,
    /// What becomes of the message.
    pub disposition: &'a Disposition,
    /// Why, unless it was done.
    pub reason: Option<&'a str>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What happened to a delivery, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Handled, now.
    Done,
    /// Handled before; nothing was done.
    Duplicate,
    /// Another worker has it.
    InFlight,
    /// It failed and comes back.
    Failed,
    /// It is in the dead-letter queue.
    SetAside,
}

impl Verdict {
    /// The word for logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Duplicate => "duplicate",
            Self::InFlight => "in flight",
            Self::Failed => "failed",
            Self::SetAside => "set aside",
        }
    }
}

/// Is told of every delivery.
pub trait Observe: Send + Sync {
    /// A delivery ended.
    fn handled(&self, handled: &Handled<'_>);
}

/// Writes a line a delivery, with correlation, causation, consumer and event id. The event's data is never
/// logged: it is personal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log;

impl Observe for Log {
    fn handled(&self, handled: &Handled<'_>) {
        macro_rules! line {
            ($level:ident) => {
                $level!(
                    consumer = handled.consumer,
                    event_id = handled.envelope.map(|e| e.id.as_str()),
                    event_type = handled.envelope.map(|e| e.event_type.as_str()),
                    source = handled.envelope.map(|e| e.source.as_str()),
                    correlation_id = handled.envelope.map(Envelope::correlation_id),
                    causation_id = handled.envelope.and_then(|e| e.causationid.as_deref()),
                    traceparent = handled.envelope.and_then(|e| e.traceparent.as_deref()),
                    attempt = handled.attempt,
                    elapsed_ms = handled.elapsed.as_secs_f64() * 1e3,
                    reason = handled.reason,
                    "{}",
                    handled.verdict.as_str()
                )
            };
        }
        match handled.verdict {
            Verdict::Done | Verdict::Duplicate | Verdict::InFlight => line!(info),
            Verdict::Failed => line!(warn),
            Verdict::SetAside => line!(error),
        }
    }
}
