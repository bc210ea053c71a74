//! How a table's events get onto the bus: its relay on its stream, and its sweeper.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tidings_aws::{
    outbox::Outbox,
    relay::{GRACE, Relay, TIMEOUT},
};
use tidings_bus::{Bus, EmbeddedDynamoDb, EmbeddedError, StreamPoller, UntilSettled};
use tidings_core::{
    catalogue::Table,
    clock::SystemClock,
    contract::{Addressed, Schemas},
};
use tokio::task::yield_now;

use super::{Ledger, ledger::Noted};

/// The way out of one table.
pub struct Outlet {
    relay: Arc<Relay>,
    stream: Arc<StreamPoller>,
    topic: UntilSettled,
}

impl Outlet {
    pub fn open(
        table: &'static Table,
        database: &EmbeddedDynamoDb,
        bus: &Arc<Bus>,
        ledger: &Arc<Ledger>,
        schemas: Option<Schemas>,
    ) -> Result<Self, EmbeddedError> {
        let clock = Arc::new(SystemClock);
        let outbox = Outbox::of(database.client(), table.name, table);
        let noted = Noted::new(bus.clone(), ledger.clone());
        let topic = UntilSettled::new(outbox.clone(), Arc::new(noted), clock.clone());
        let relay = Arc::new(Relay {
            topic: Arc::new(Addressed::new(Arc::new(topic.clone()), schemas)),
            outbox,
            taken: Arc::new(topic.clone()),
            clock,
        });
        Ok(Self {
            stream: Arc::new(StreamPoller::new(database, table, relay.clone())?),
            relay,
            topic,
        })
    }

    /// Publishes until the task is ended; first what an earlier run has left pending.
    pub fn run(&self) {
        let (stream, relay) = (self.stream.clone(), self.relay.clone());
        tokio::spawn(async move {
            sweep(&relay, Duration::ZERO).await;
            stream.run().await;
        });
        let relay = self.relay.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GRACE).await;
                sweep(&relay, GRACE).await;
            }
        });
    }

    /// Publishes what the stream has, and waits until what is settled is marked so; answers how much moved.
    pub async fn flush(&self) -> Result<usize, EmbeddedError> {
        let published = self.stream.poll().await?;
        let unmarked = self.topic.unmarked();
        if unmarked > 0 {
            yield_now().await;
        }
        Ok(published + unmarked)
    }
}

/// Publishes what the stream has missed, as the deployed sweeper does.
async fn sweep(relay: &Relay, grace: Duration) {
    let deadline = relay
        .clock
        .now()
        .saturating_add(TIMEOUT)
        .unwrap_or(Timestamp::MAX);
    if let Err(failure) = relay.sweep(grace, deadline).await {
        tracing::error!(reason = failure.reason(), "what is left over cannot be read");
    }
}
