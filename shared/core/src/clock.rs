//! Time and chance as the runtime sees them: ports, so that a test or the simulator can own them.

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time. Workers' clocks may differ by a bounded skew (see [`crate::protocol`]).
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Gives random bits: owner tokens, event ids and jitter are made of them.
pub trait Entropy: Send + Sync {
    /// 128 random bits, never the same twice.
    fn bits(&self) -> u128;

    /// A number uniform in `0.0..1.0`.
    fn unit(&self) -> f64 {
        // The top 48 bits: a double holds them exactly, and a version 4 UUID has none of its fixed bits there.
        (self.bits() >> 80) as f64 / (1_u64 << 48) as f64
    }
}

/// The machine's entropy.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits(&self) -> u128 {
        // 122 of a version 4 UUID's bits are random.
        Uuid::new_v4().as_u128()
    }
}
