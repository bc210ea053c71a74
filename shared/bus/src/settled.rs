//! The bus as a relay's topic: an entry counts as published when every subscriber has settled its event.
//!
//! Queues are in memory. If an entry were marked once the bus has taken it, what waits in a queue when the process ends would be lost; so
//! it stays pending until then, and the next run publishes it again. Who has handled it by then recognises it.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use tidings_aws::{
    outbox::{Outbox, Place},
    relay::Taken,
};
use tidings_core::{
    Clock, Envelope, Failure,
    ports::{Publish, TransportError},
};

use crate::Landing;

/// Brings an event to its subscribers: the bus, or what stands before it.
#[async_trait]
pub trait Bring: Send + Sync {
    /// Publishes an event, and tells when every subscriber has settled it: it is done there, or a dead letter.
    ///
    /// # Errors
    /// When the event is too large, and there is nowhere to keep its data.
    async fn bring(&self, event: &Envelope) -> Result<Landing, TransportError>;
}

/// Publishes a table's events on the bus, and marks each when it is settled. Clones share what is in flight.
#[derive(Clone)]
pub struct UntilSettled {
    bus: Arc<dyn Bring>,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    aloft: Arc<Mutex<HashMap<String, Aloft>>>,
}

/// An event that has been published and not been marked.
enum Aloft {
    /// Subscribers are at work on it; its entry, once the relay has told.
    Flying(Option<Place>),
    /// All have settled it, and the relay has not told of its entry yet.
    Landed,
}

impl UntilSettled {
    /// From this table to this bus.
    #[must_use]
    pub fn new(outbox: Outbox, bus: Arc<dyn Bring>, clock: Arc<dyn Clock>) -> Self {
        Self {
            bus,
            outbox,
            clock,
            aloft: Arc::default(),
        }
    }

    /// How many events have been published and not been marked.
    #[must_use]
    pub fn unmarked(&self) -> usize {
        self.aloft().len()
    }

    async fn fly(&self, event: &Envelope) -> Result<(), TransportError> {
        let key = event.key();
        match self.aloft().entry(key.clone()) {
            // The relay sees it pending, because it is in flight: its subscribers have it.
            Entry::Occupied(_) => return Ok(()),
            Entry::Vacant(vacant) => vacant.insert(Aloft::Flying(None)),
        };
        let brought = self.bus.bring(event).await;
        let landing = brought.inspect_err(|_| {
            self.aloft().remove(&key);
        })?;
        tokio::spawn(self.clone().land(key, landing));
        Ok(())
    }

    async fn land(self, key: String, landing: Landing) {
        landing.landed().await;
        let Some(place) = self.place(&key) else { return };
        if let Err(failure) = self.outbox.mark_published(&place, self.clock.now()).await {
            let reason = failure.reason();
            tracing::error!(
                event = key,
                reason,
                "settled, but not marked as published: it will go out again"
            );
        }
        self.aloft().remove(&key);
    }

    /// Where the entry of an event that has landed is, if the relay has told.
    fn place(&self, key: &str) -> Option<Place> {
        let mut aloft = self.aloft();
        let state = aloft.get_mut(key)?;
        let Aloft::Flying(place) = state else { return None };
        let place = place.take();
        if place.is_none() {
            *state = Aloft::Landed;
        }
        place
    }

    fn aloft(&self) -> MutexGuard<'_, HashMap<String, Aloft>> {
        self.aloft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Publish for UntilSettled {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = Vec::with_capacity(events.len());
        for event in events {
            results.push(self.fly(event).await);
        }
        results
    }
}

#[async_trait]
impl Taken for UntilSettled {
    async fn taken(&self, place: &Place, event: &Envelope, now: Timestamp) -> Result<(), Failure> {
        let key = event.key();
        if let Some(Aloft::Flying(known)) = self.aloft().get_mut(&key) {
            *known = Some(place.clone());
            return Ok(());
        }
        self.outbox.mark_published(place, now).await?;
        self.aloft().remove(&key);
        Ok(())
    }
}
