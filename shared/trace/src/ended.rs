//! How an event stands: with the topic, and with a consumer.

use jiff::Timestamp;
use serde::Serialize;

/// Whether an event has gone out to the topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Publication {
    /// It has.
    Published {
        /// When the relay had heard so; none where no outbox or event store says when.
        at: Option<Timestamp>,
    },
    /// It is in the outbox or in the event store, and was not published yet.
    Pending {
        /// It has been for longer than publishing usually takes.
        late: bool,
    },
    /// It has not passed the topic as far as is known: a command, which goes to a queue.
    Unknown,
}

/// How an event stands with a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ended", rename_all = "camelCase")]
pub enum Ended {
    /// It is done.
    Done {
        /// When.
        at: Option<Timestamp>,
    },
    /// A worker has it.
    InProgress {
        /// Until then, at most.
        until: Timestamp,
    },
    /// It has failed, and is tried again.
    TriedAgain {
        /// When, unless its queue was not told: then when its visibility time-out ends.
        next: Option<Timestamp>,
    },
    /// It was begun, and nothing was heard of it: it is tried again when its message comes back.
    Unheard,
    /// It is set aside.
    SetAside {
        /// Its letter, if it was found in a dead-letter queue. None where it is gone: redriven,
        /// dropped or expired.
        letter: Option<String>,
        /// Since when, where that is known.
        since: Option<Timestamp>,
    },
    /// There is no record of it yet, and it has not been out for longer than usual.
    Awaited,
    /// **There is no record of it, and there should be one**: it has been out for longer than usual.
    Absent {
        /// When there should have been one.
        since: Timestamp,
    },
    /// It was not published yet.
    NotPublished,
    /// It leaves no record of a success, because it is natural: done, or not come yet.
    Unrecorded,
    /// The event is older than records live.
    Forgotten,
}

impl Ended {
    /// Whether somebody should look at it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        matches!(
            self,
            Self::TriedAgain { .. } | Self::Unheard | Self::SetAside { .. } | Self::Absent { .. }
        )
    }

    /// Whether something is still to come by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            Self::InProgress { .. }
                | Self::TriedAgain { .. }
                | Self::Unheard
                | Self::Awaited
                | Self::NotPublished
        )
    }

    /// In a word or two.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::InProgress { .. } => "in progress",
            Self::TriedAgain { .. } => "tried again",
            Self::Unheard => "unheard of",
            Self::SetAside { .. } => "set aside",
            Self::Awaited => "awaited",
            Self::Absent { .. } => "ABSENT",
            Self::NotPublished => "not published",
            Self::Unrecorded => "no record",
            Self::Forgotten => "forgotten",
        }
    }
}

impl Publication {
    /// Whether it should have gone out, and has not.
    #[must_use]
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Pending { late: true })
    }
}
