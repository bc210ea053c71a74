//! Virtual time: tokio's paused clock, and workers whose clocks are off.

use jiff::{SignedDuration, Timestamp};
use tidings_core::Clock;
use tokio::time::Instant;

/// A clock that follows tokio's, ahead of or behind the true time by a constant skew.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    begun: Instant,
    skew: SignedDuration,
}

/// When every simulated world begins, in seconds since 1970.
const BEGINNING: i64 = 1_800_000_000;

impl VirtualClock {
    /// The true time. To be made where the world begins, inside its tokio runtime.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            begun: Instant::now(),
            skew: SignedDuration::ZERO,
        }
    }

    /// The clock of a machine that is off by `skew`.
    #[must_use]
    pub fn skewed(self, skew: SignedDuration) -> Self {
        Self { skew, ..self }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let beginning = Timestamp::constant(BEGINNING, 0);
        let elapsed = SignedDuration::try_from(self.begun.elapsed()).unwrap_or(SignedDuration::MAX);
        beginning
            .saturating_add(elapsed)
            .and_then(|now| now.saturating_add(self.skew))
            .unwrap_or(Timestamp::MAX)
    }
}
