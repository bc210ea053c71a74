//! Time and chance without surprises.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use jiff::Timestamp;
use tidings_core::{Clock, Entropy};

/// When everything happens, unless a test says otherwise: 15 January 2026, 10:00 UTC.
pub const MOMENT: Timestamp = Timestamp::constant(1_768_471_200, 0);

/// A clock that stands at [`MOMENT`] and moves only when a test moves it.
#[derive(Debug, Default)]
pub struct ManualClock {
    passed_millis: AtomicI64,
}

impl ManualClock {
    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.passed_millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let passed = Duration::from_millis(self.passed_millis.load(Ordering::Relaxed).unsigned_abs());
        MOMENT.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }
}

/// Chance that is none: random bits count up from 1, and jitter is taken out, so that a message which failed comes
/// back after the whole of its backoff (1 s, 2 s, 4 s and so on).
#[derive(Debug, Default)]
pub struct CountingEntropy {
    given: AtomicU64,
}

impl Entropy for CountingEntropy {
    fn bits(&self) -> u128 {
        u128::from(self.given.fetch_add(1, Ordering::Relaxed)) + 1
    }

    fn unit(&self) -> f64 {
        1.0 - f64::EPSILON
    }
}
