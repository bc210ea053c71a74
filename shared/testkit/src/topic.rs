//! A topic that keeps what is published.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use tidings_core::{
    Envelope,
    ports::{Publish, TransportError, refuse_unsealed},
};

/// Captures what a publisher publishes. Shared as an `Arc`, it is the publisher's topic and the test's.
#[derive(Debug, Default)]
pub struct CapturingTopic {
    published: Mutex<Vec<Envelope>>,
    down: AtomicBool,
}

impl CapturingTopic {
    /// What has been published, in order.
    #[must_use]
    pub fn published(&self) -> Vec<Envelope> {
        self.published
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The topic takes nothing from now on, or takes events again.
    pub fn is_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }
}

#[async_trait]
impl Publish for CapturingTopic {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        if self.down.load(Ordering::Relaxed) {
            return vec![Err(TransportError("the topic is down".to_owned())); events.len()];
        }
        let take = |event: &Envelope| {
            refuse_unsealed(event)?;
            let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
            published.push(event.clone());
            Ok(())
        };
        events.iter().map(take).collect()
    }
}
