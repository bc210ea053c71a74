//! A clock and chance for tests in which hours pass in no time, on tokio's paused clock.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use tidings_core::{Clock, Entropy};
use tokio::time::Instant;

/// Follows tokio's paused time.
pub struct Virtual(Instant);

impl Virtual {
    pub fn begin() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }
}

/// The same chances each time.
pub struct Seeded(Mutex<fastrand::Rng>);

impl Seeded {
    pub fn with(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Entropy for Seeded {
    fn bits(&self) -> u128 {
        self.0.lock().unwrap().u128(..)
    }
}
