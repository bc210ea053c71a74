//! How far a replay has come.

use serde::{Deserialize, Serialize};

use crate::outbox::Place;

/// Unreadable aggregates that are named; the rest is counted.
const MOST_NAMED: usize = 20;

/// How far a replay has come, to show it and to go on from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// The parts of the store, which are read beside each other.
    pub segments: Vec<SegmentState>,
    /// What has been done.
    pub counts: Counts,
    /// Aggregates whose events cannot be read, with the reason; the first few.
    pub unreadable: Vec<String>,
}

/// How far a part of the store has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SegmentState {
    /// From its beginning on.
    Begin,
    /// Behind this event, which is the last one of its aggregate that was there.
    Behind(Place),
    /// To its end.
    Done,
}

/// What a replay has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Events that were read.
    pub events: u64,
    /// Aggregates that were folded.
    pub aggregates: u64,
    /// Views that were written; in a dry run, that would be.
    pub written: u64,
    /// Views that were left alone, because they show more: live events were faster.
    pub newer: u64,
    /// Aggregates whose events did not come together, and were read again by themselves.
    pub read_again: u64,
    /// Aggregates whose events cannot be read. Their views are left as they are.
    pub unreadable: u64,
}

impl Checkpoint {
    /// The beginning, with the store in so many segments (1 at least).
    #[must_use]
    pub fn begin(segments: u32) -> Self {
        Self {
            segments: vec![SegmentState::Begin; segments.max(1) as usize],
            counts: Counts::default(),
            unreadable: Vec::new(),
        }
    }

    /// Whether everything is read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.segments.iter().all(|segment| *segment == SegmentState::Done)
    }

    pub(super) fn add(&mut self, counts: Counts, unreadable: Vec<String>) {
        let sum = &mut self.counts;
        sum.events += counts.events;
        sum.aggregates += counts.aggregates;
        sum.written += counts.written;
        sum.newer += counts.newer;
        sum.read_again += counts.read_again;
        sum.unreadable += counts.unreadable;
        let room = MOST_NAMED.saturating_sub(self.unreadable.len());
        self.unreadable.extend(unreadable.into_iter().take(room));
    }
}
