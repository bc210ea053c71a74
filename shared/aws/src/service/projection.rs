//! A read model, which can be made again of the stored events.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use tidings_core::{Projection, catalogue::Table};
use tokio_util::sync::CancellationToken;

use crate::{
    event_store::EventStore,
    projection::{Checkpoint, Ended, Replay, ReplayError, Views, Watch},
};

/// A read model, without its type.
#[derive(Debug, Clone, Copy)]
pub struct ReadModel {
    /// Its name.
    pub name: &'static str,
    /// Where its views are.
    pub table: &'static Table,
    /// Which form they have.
    pub revision: u32,
    replay: fn(EventStore, Client, String, Writes) -> Box<dyn Rebuild>,
}

/// Whether a replay writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// It writes views.
    Views,
    /// It is a dry run.
    Nothing,
}

/// A replay without its type.
#[async_trait]
pub trait Rebuild: Send + Sync {
    /// Runs from `checkpoint` to the end of the store, or until `stop` is cancelled.
    ///
    /// # Errors
    /// [`ReplayError`].
    async fn run(
        &self,
        checkpoint: Checkpoint,
        watch: &mut dyn Watch,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError>;
}

#[async_trait]
impl<P: Projection> Rebuild for Replay<P> {
    async fn run(
        &self,
        checkpoint: Checkpoint,
        watch: &mut dyn Watch,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError> {
        Replay::run(self, checkpoint, watch, stop).await
    }
}

impl ReadModel {
    pub(super) fn of<P: Projection>() -> Self {
        Self {
            name: P::NAME,
            table: P::TABLE,
            revision: P::REVISION,
            replay: |events, dynamodb, table, writes| {
                let replay = Replay::<P>::new(events, Views::new(dynamodb, table));
                Box::new(match writes {
                    Writes::Views => replay,
                    Writes::Nothing => replay.dry(),
                })
            },
        }
    }

    /// A replay out of this store, into the table of this name.
    #[must_use]
    pub fn replay(
        &self,
        events: EventStore,
        dynamodb: Client,
        table: impl Into<String>,
        writes: Writes,
    ) -> Box<dyn Rebuild> {
        (self.replay)(events, dynamodb, table.into(), writes)
    }
}
