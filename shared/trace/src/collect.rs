//! Collecting: which events belong to what was asked for, and what is known of each.
//!
//! Events are looked for in the audit log, in the outbox and the event store, and in dead letters;
//! what consumers did with them is in their idempotency records. Each may be behind the others, so
//! none is relied on: an event that the log has not got yet is in the event store, and one that
//! nobody keeps is known by its records.

mod chains;
mod gather;

use jiff::Timestamp;
use tidings_core::Failure;

use crate::{Query, Sources, Trace, assemble};
use gather::Gathering;

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// Nothing is called so.
    #[error(
        "nothing is known of {0}: no chain, event or thing of this id is in the audit log, the event store, the outbox, \
         the records or the dead letters. Is it complete, and is it this stage?"
    )]
    Nothing(String),
    /// A table did not answer.
    #[error("{what}: {reason}")]
    Unanswered {
        /// What was asked.
        what: &'static str,
        /// What was said.
        reason: String,
    },
}

impl TraceError {
    pub(crate) fn of(what: &'static str) -> impl Fn(Failure) -> Self {
        move |failure| Self::Unanswered {
            what,
            reason: failure.reason().to_owned(),
        }
    }
}

/// What has become of what is asked for, as of `now`.
///
/// # Errors
/// When nothing is known of it, or a table does not answer. Letters that cannot be read are a
/// remark.
pub async fn collect(sources: &Sources, query: &Query, now: Timestamp) -> Result<Trace, TraceError> {
    let mut gathering = Gathering::new(sources, query);
    gathering.chains().await?;
    gathering.events().await?;
    gathering.records().await?;
    gathering.causes().await?;
    // A letter can hold an event that is nowhere else.
    if gathering.letters().await {
        gathering.events().await?;
        gathering.records().await?;
    }
    let found = gathering.found;
    if found.events.is_empty() {
        return Err(TraceError::Nothing(query.of.clone()));
    }
    Ok(assemble(&sources.document, found, query, now))
}
