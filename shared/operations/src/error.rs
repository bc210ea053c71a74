//! What can go wrong at the desk, and what to do then.

use jiff::Timestamp;
use tidings_core::Failure;

/// Why something was not done. Nothing is lost by any of them: a letter leaves its queue only when
/// its copy is accepted.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// SQS or DynamoDB did not answer, or refused. What was begun is finished by the next act on
    /// the queue.
    #[error("{what}: {reason}")]
    Unanswered {
        /// What was asked.
        what: String,
        /// What was said.
        reason: String,
    },
    /// There is no such queue: it is not deployed, or the stage is another.
    #[error("there is no queue {0}: deploy the system first, or say which stage it is (--stage)")]
    NoQueue(String),
    /// There is no letter of this id.
    #[error("there is no letter {0} in a dead-letter queue{1}")]
    NoLetter(String, String),
    /// The id begins several.
    #[error("{0} begins the ids of {1} letters: give more of it")]
    Ambiguous(String, usize),
    /// Somebody is at work on the queue.
    #[error(
        "{queue} is in the hands of {who} ({act}), until {until} unless they go on: wait, or cancel it (`tidings dlq cancel {act}`)"
    )]
    Held {
        /// Which queue.
        queue: String,
        /// Who.
        who: String,
        /// Which of their acts.
        act: String,
        /// Until when.
        until: Timestamp,
    },
    /// The queue was taken over, because nothing was heard of this operator for as long as a lease
    /// lasts.
    #[error(
        "somebody else has taken over {0}: nothing was heard from here for too long; look at `tidings dlq history`"
    )]
    TakenOver(String),
    /// The consumer pauses: its provider is down.
    #[error("{consumer} pauses until {until}: its provider is down. Wait, or say --force")]
    Paused {
        /// Which consumer.
        consumer: String,
        /// Until when.
        until: Timestamp,
    },
    /// It cannot be done as it was asked for.
    #[error("{0}")]
    Refused(String),
    /// The catalogue is none.
    #[error("the catalogue cannot be read: {0}")]
    Catalogue(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

impl OperationError {
    /// What an AWS client says.
    pub(crate) fn of(what: impl Into<String>) -> impl FnOnce(Failure) -> Self {
        let what = what.into();
        move |failure| Self::Unanswered {
            what,
            reason: failure.reason().to_owned(),
        }
    }
}

/// What is done, or why it is not.
pub type Result<T, E = OperationError> = std::result::Result<T, E>;
