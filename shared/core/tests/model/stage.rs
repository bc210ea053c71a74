//! A worker, and how far it is.

use tidings_core::Failure;

use crate::clock::Ticks;

/// One worker: an execution environment of the function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worker {
    /// How far its clock is ahead of true time.
    pub ahead: Ticks,
    pub stage: Stage,
    pub message: usize,
    /// How long until its deadline.
    pub left: Ticks,
    /// It was not stopped at its deadline.
    pub overrun: bool,
}

/// How far a worker is with its message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    Idle,
    /// Asks the table for the event: to perform the effect, or to record a failure.
    Claiming(Option<Reason>),
    /// Holds the event and has not begun.
    Claimed,
    /// The leased effect has begun.
    Performing,
    /// The transactional consumer decides.
    Deciding,
    /// Asks the table to complete.
    Completing,
    /// Asks the table to end the lease; the message is then to come back.
    Releasing {
        after: Ticks,
    },
    /// Asks the table to keep what went wrong, and leaves the lease to lapse; the message is then to come back.
    Noting {
        after: Ticks,
    },
    /// Sends the letter to the dead-letter queue.
    SendingLetter,
    /// Asks the table to record that it did.
    SettingAside,
    /// Answers for its message: `None` acknowledges it.
    Responding {
        back: Option<Ticks>,
    },
}

/// What becomes of the lease of a try that failed, as in the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It has none.
    None,
    /// It ends now.
    Ends,
    /// It lapses by itself: the effect may be there, or still be coming about.
    Lapses,
}

/// What kind of failure a try met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    Transient,
    Permanent,
}

impl Reason {
    pub fn failure(self) -> Failure {
        match self {
            Self::Transient => Failure::transient("down"),
            Self::Permanent => Failure::permanent("refused"),
        }
    }
}

impl Worker {
    /// Waits for a message.
    pub fn idle(ahead: Ticks) -> Self {
        Self {
            ahead,
            stage: Stage::Idle,
            message: 0,
            left: 0,
            overrun: false,
        }
    }

    /// Has no message.
    pub fn is_idle(&self) -> bool {
        self.stage == Stage::Idle
    }
}
