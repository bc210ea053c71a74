//! The idempotency record: what is known of one event at one consumer.

use jiff::Timestamp;

/// One event at one consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// How far it is.
    pub status: Status,
    /// The token of the claim that wrote it last; new for every claim.
    pub owner: String,
    /// Until when `owner` alone may work on it; meaningful while in progress.
    pub lease_until: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
    /// When the record stops to count. DynamoDB deletes it only days later (TTL), so its being there
    /// means nothing from then on.
    pub expires: Timestamp,
    /// When a try first failed.
    pub first_failed: Option<Timestamp>,
    /// What the latest failed try said.
    pub last_error: Option<String>,
}

/// How far an event is at a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Claimed, or released after a failure and waiting for its next try (the lease has then ended).
    InProgress,
    /// Done; it is never done again.
    Completed,
    /// In the dead-letter queue, with its cause; a redrive may claim it again.
    Failed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InProgress, Self::Completed, Self::Failed];

    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Reads the word in the table.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}
