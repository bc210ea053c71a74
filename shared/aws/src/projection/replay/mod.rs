//! Replay: all views of a projection, made again of the stored events.
//!
//! The store is read from one end to the other, in segments beside each other. Each aggregate's events are folded from the first on, and its
//! view is written unless there is one that shows more ([`Views`]). So a replay can run beside the consumer that follows live events: where
//! the two meet, the one with more events wins, and each reads from the store what it lacks.
//!
//! It sends nothing: a projection is pure, and here is nothing that could publish.
//!
//! After each page it hands out a [`Checkpoint`]; a replay that begins with one goes on where that was made. A checkpoint lies between two
//! aggregates, never within one: the views before it are written, and what comes behind it is folded from its first event.

mod checkpoint;
mod segment;

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{StreamExt as _, stream};
use tidings_core::{Failure, Projection};
use tokio_util::sync::CancellationToken;

use super::Views;
use crate::event_store::EventStore;

pub use checkpoint::{Checkpoint, Counts, SegmentState};

/// A replay of one projection.
pub struct Replay<P> {
    events: EventStore,
    views: Views<P>,
    page: Option<i32>,
    writes: bool,
}

/// How a replay ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is read.
    Complete,
    /// It was told to stop; its last checkpoint says where.
    Stopped,
}

/// Why a replay came to its end before the store's. The last checkpoint holds.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A table does not answer, or refuses.
    #[error("{}", .0.reason())]
    Failed(Failure),
    /// The views were made by newer code, which this would undo.
    #[error(
        "{table} holds views of revision {by}, and this code makes revision {revision}; replay into another table"
    )]
    Outdated {
        /// The table of the views.
        table: String,
        /// The revision that is there.
        by: u32,
        /// The revision of this code.
        revision: u32,
    },
    /// The checkpoint could not be kept.
    #[error("the checkpoint cannot be kept: {0}")]
    Checkpoint(std::io::Error),
}

impl From<Failure> for ReplayError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Is handed each checkpoint, to keep it and to show it.
pub trait Watch: Send {
    /// A page more is done.
    ///
    /// # Errors
    /// When the checkpoint cannot be kept: the replay ends.
    fn reached(&mut self, checkpoint: &Checkpoint) -> std::io::Result<()>;
}

impl<F: FnMut(&Checkpoint) -> std::io::Result<()> + Send> Watch for F {
    fn reached(&mut self, checkpoint: &Checkpoint) -> std::io::Result<()> {
        self(checkpoint)
    }
}

/// What the segments share.
struct Shared<'a> {
    checkpoint: Checkpoint,
    watch: &'a mut dyn Watch,
}

impl<P: Projection> Replay<P> {
    /// Makes the views out of this store.
    #[must_use]
    pub fn new(events: EventStore, views: Views<P>) -> Self {
        Self {
            events,
            views,
            page: None,
            writes: true,
        }
    }

    /// Reads and folds everything, and writes nothing.
    #[must_use]
    pub fn dry(self) -> Self {
        Self {
            writes: false,
            ..self
        }
    }

    /// Looks at so many items a page at most; what makes 1 MB, unless told.
    #[must_use]
    pub fn paged(self, items: i32) -> Self {
        Self {
            page: Some(items),
            ..self
        }
    }

    /// Runs from `checkpoint` to the end of the store, or until `stop` is cancelled: then it finishes the pages in hand.
    ///
    /// An aggregate whose events cannot be read keeps the view that it has, and is named in the checkpoint.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub async fn run(
        &self,
        checkpoint: Checkpoint,
        watch: &mut dyn Watch,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError> {
        let segments = checkpoint.segments.len();
        let shared = Mutex::new(Shared { checkpoint, watch });
        let shared = &shared;
        let runs = (0..segments).map(|number| self.segment(number, shared, stop));
        let mut runs = stream::iter(runs).buffer_unordered(segments.max(1));
        let mut ended = Ended::Complete;
        while let Some(run) = runs.next().await {
            if run? == Ended::Stopped {
                ended = Ended::Stopped;
            }
        }
        Ok(ended)
    }
}

impl Shared<'_> {
    /// Notes what a segment has done, and where a replay can go on in it if that has changed.
    fn reached(
        shared: &Mutex<Self>,
        segment: usize,
        behind: Option<SegmentState>,
        counts: Counts,
        unreadable: Vec<String>,
    ) -> Result<(), ReplayError> {
        let Shared { checkpoint, watch } = &mut *Self::lock(shared);
        checkpoint.add(counts, unreadable);
        if let Some(behind) = behind {
            checkpoint.segments[segment] = behind;
        }
        watch.reached(checkpoint).map_err(ReplayError::Checkpoint)
    }

    fn lock(shared: &Mutex<Self>) -> MutexGuard<'_, Self> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
