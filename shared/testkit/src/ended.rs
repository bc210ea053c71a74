//! How the delivery of a message ended.

use std::{collections::HashSet, time::Duration};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use tidings_aws::observe::Verdict;
use tidings_core::Envelope;

use crate::transport::Seen;

/// What became of a message, as its queue sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Acknowledged: its event has been handled, now.
    Done,
    /// Acknowledged: its event had been handled before, or is handled with another message of the batch.
    Duplicate,
    /// It comes back.
    Back {
        /// When.
        after: Duration,
        /// Why.
        reason: String,
    },
    /// It is in the dead-letter queue, and acknowledged.
    SetAside {
        /// Why.
        reason: String,
    },
}

impl Ended {
    /// It comes back after so many seconds, with this reason.
    #[must_use]
    pub fn back(seconds: u64, reason: impl Into<String>) -> Self {
        Self::Back {
            after: Duration::from_secs(seconds),
            reason: reason.into(),
        }
    }

    /// It is set aside with this reason.
    #[must_use]
    pub fn set_aside(reason: impl Into<String>) -> Self {
        Self::SetAside {
            reason: reason.into(),
        }
    }

    /// Why it was not handled; empty where it was.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Done | Self::Duplicate => "",
            Self::Back { reason, .. } | Self::SetAside { reason } => reason,
        }
    }

    /// It is deleted from its queue.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        !matches!(self, Self::Back { .. })
    }
}

/// Reads how each message of a batch ended, from what the transport has seen of them and from the response; what is read is taken
/// from `seen`. What comes back without having been postponed does so after `visibility`.
pub(crate) fn ended(
    batch: &[SqsMessage],
    response: SqsBatchResponse,
    seen: &mut Seen,
    letters_before: usize,
    visibility: Duration,
) -> Vec<Ended> {
    let failures: HashSet<_> = response
        .batch_item_failures
        .into_iter()
        .map(|failure| failure.item_identifier)
        .collect();
    let mut told = std::mem::take(&mut seen.told);
    let mut end = |message: &SqsMessage| {
        let id = message.message_id.clone().unwrap_or_default();
        // Messages of one event are told of in their order in the batch.
        let event = Envelope::parse(message.body.as_deref().unwrap_or_default())
            .ok()
            .map(|event| event.key());
        let first = told
            .iter()
            .position(|told| told.event == event)
            .map(|first| told.remove(first));
        if failures.contains(&id) {
            let postponed = seen
                .postponed
                .iter()
                .rfind(|(receipt, _)| Some(receipt) == message.receipt_handle.as_ref());
            return Ended::Back {
                after: postponed.map_or(visibility, |(_, after)| *after),
                reason: first.map_or_else(String::new, |told| {
                    told.reason.unwrap_or_else(|| told.verdict.as_str().to_owned())
                }),
            };
        }
        let letter = seen.letters[letters_before..]
            .iter()
            .find(|letter| letter.message_id == id);
        match (letter, first) {
            (Some(letter), _) => Ended::set_aside(&letter.reason),
            (None, Some(told)) if told.verdict == Verdict::Duplicate => Ended::Duplicate,
            (None, _) => Ended::Done,
        }
    };
    batch.iter().map(&mut end).collect()
}
