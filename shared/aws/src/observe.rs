//! What the runtime tells of each delivery: one place, so that logs, metrics and the local run's terminal see the
//! same thing.

use std::time::Duration;

use jiff::Timestamp;
use tidings_core::{Envelope, protocol::Disposition};

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
    /// What kind of error it was, unless it was done ([`tidings_core::Failure::of_class`]).
    pub class: Option<&'static str>,
    /// How old the message was when the runtime began with it; none when nothing says when it was sent.
    pub age: Option<Duration>,
    /// It is another message of an event in the same batch: it shares the event's fate, and took no time of its own.
    pub coalesced: bool,
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
    /// Not begun: the consumer pauses, because its provider is down.
    Paused,
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
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::SetAside => "set aside",
        }
    }
}

/// Is told of every delivery.
pub trait Observe: Send + Sync {
    /// A delivery ended.
    fn handled(&self, handled: &Handled<'_>);

    /// A batch ended; each of its deliveries has been told.
    fn batch_ended(&self, _at: Timestamp) {}
}

/// Tells both.
impl<A: Observe, B: Observe> Observe for (A, B) {
    fn handled(&self, handled: &Handled<'_>) {
        self.0.handled(handled);
        self.1.handled(handled);
    }

    fn batch_ended(&self, at: Timestamp) {
        self.0.batch_ended(at);
        self.1.batch_ended(at);
    }
}
