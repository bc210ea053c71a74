//! An event on its way to its subscribers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Counts the queues that have not settled an event.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    aloft: AtomicUsize,
    landed: Notify,
}

/// Waits for the last of an event's subscribers.
pub struct Landing(Arc<Flight>);

impl Flight {
    /// An event that is brought to so many queues.
    pub(crate) fn to(queues: usize) -> Arc<Self> {
        Arc::new(Self {
            aloft: AtomicUsize::new(queues),
            landed: Notify::new(),
        })
    }

    /// A queue has settled the event: it is done there, or a dead letter.
    pub(crate) fn settled(&self) {
        if self.aloft.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.landed.notify_one();
        }
    }
}

impl Landing {
    pub(crate) fn of(flight: Arc<Flight>) -> Self {
        Self(flight)
    }

    /// Is done once every subscriber has settled the event. An event that nobody takes is settled at once; one whose subscription ends
    /// before never is.
    pub async fn landed(self) {
        if self.0.aloft.load(Ordering::Acquire) > 0 {
            self.0.landed.notified().await;
        }
    }
}
