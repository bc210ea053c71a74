//! Notes: what somebody wants others to know of a group of letters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ACTS_KEPT, Store, after};
use crate::error::Result;

/// A note on a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Which group.
    pub group: String,
    /// Who wrote it.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

impl Store {
    /// Writes a note.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note(&self, note: &Note) -> Result<()> {
        let part = format!("{}#{:020}", note.group, note.at.as_nanosecond());
        self.put("notes", &part, note, after(note.at, ACTS_KEPT)).await
    }

    /// All notes, by group, the oldest first.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn notes(&self) -> Result<Vec<Note>> {
        self.all("notes", false, usize::MAX).await
    }
}
