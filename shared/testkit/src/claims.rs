//! The store of the claim check, which can be down.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use tidings_bus::MemoryClaimCheck;
use tidings_core::ports::{ClaimCheck, CollectError, TransportError};

/// Keeps the data of events that are too large for the topic, for all workers of a bench, in memory.
#[derive(Debug, Default)]
pub struct Claims {
    memory: MemoryClaimCheck,
    down: AtomicBool,
    read: AtomicUsize,
    kept: AtomicUsize,
}

impl Claims {
    /// The store answers nothing from now on, or answers again.
    pub fn is_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Everything that is kept has expired.
    pub fn expire(&self) {
        self.memory.forget();
    }

    /// How often data was asked for.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// How often data was kept.
    #[must_use]
    pub fn deposits(&self) -> usize {
        self.kept.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl ClaimCheck for Claims {
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError> {
        if self.down.load(Ordering::Relaxed) {
            return Err(TransportError("the store is down".to_owned()));
        }
        self.kept.fetch_add(1, Ordering::Relaxed);
        self.memory.deposit(key, data).await
    }

    async fn collect(&self, dataref: &str) -> Result<String, CollectError> {
        self.read.fetch_add(1, Ordering::Relaxed);
        if self.down.load(Ordering::Relaxed) {
            return Err(CollectError::NotNow("the store is down".to_owned()));
        }
        self.memory.collect(dataref).await
    }
}
