//! What can happen, one thing at a time.

use crate::stage::Reason;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The topic sends the event a second time.
    Duplicate,
    /// A worker receives a message.
    Deliver { worker: usize, message: usize },
    /// The redrive policy takes a message that has been received too often.
    RunOut { message: usize },
    /// Mishap: SQS hands out a message that is hidden.
    Reappear { message: usize },
    /// A request reaches the table, and its answer the worker.
    Ask { worker: usize },
    /// Mishap: the request reaches the table, and the answer is lost; the SDK is going to ask again.
    LoseAnswer { worker: usize },
    /// Mishap: the request is slow; the SDK is going to ask again while it is on its way.
    LeaveOnWire { worker: usize },
    /// The slow request reaches the table.
    Arrive,
    /// Mishap: the table does not answer, and the SDK gives up.
    GiveUp { worker: usize },
    /// The leased effect begins.
    Begin { worker: usize },
    /// It is too late to begin it.
    TooLate { worker: usize },
    /// The handler ends.
    Finish { worker: usize, failed: Option<Reason> },
    /// Mishap: the handler is stopped before the deadline; the effect that it had begun came about or not.
    Stop { worker: usize, effect: bool },
    /// The dead-letter queue takes the letter.
    SendLetter { worker: usize },
    /// Mishap: it does not.
    RefuseLetter { worker: usize },
    /// The worker answers for its message.
    Respond { worker: usize },
    /// Mishap: the worker dies, or is killed at its deadline.
    Die { worker: usize },
    /// Mishap: the worker dies while its request is on its way; that arrives all the same, and late.
    DieAsking { worker: usize },
    /// Mishap: the worker is not stopped at its deadline.
    Overrun { worker: usize },
    /// The letter is sent back to the queue as a new message.
    Redrive,
    /// The record expires.
    Expire,
    /// Time passes.
    Tick,
}

impl Action {
    /// Something goes wrong: there is a budget of that.
    pub fn is_mishap(self) -> bool {
        matches!(
            self,
            Self::Reappear { .. }
                | Self::LoseAnswer { .. }
                | Self::LeaveOnWire { .. }
                | Self::GiveUp { .. }
                | Self::RefuseLetter { .. }
                | Self::Stop { .. }
                | Self::Die { .. }
                | Self::DieAsking { .. }
                | Self::Overrun { .. }
                | Self::Finish {
                    failed: Some(Reason::Transient),
                    ..
                }
        )
    }
}
