//! Backoff: exponential with full jitter, in whole seconds because that is what message visibility takes
//! (SQS `ChangeMessageVisibility`).

use std::time::Duration;

/// When a failed message comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The ceiling of the first delay, in seconds.
    pub first_seconds: u32,
    /// The ceiling that doubling stops at, in seconds.
    pub most_seconds: u32,
}

impl Backoff {
    /// 1 second first, doubling, 60 seconds at most.
    pub const DEFAULT: Self = Self {
        first_seconds: 1,
        most_seconds: 60,
    };

    /// The longest delay after receive number `receives` (1 is the first).
    #[must_use]
    pub fn ceiling(self, receives: u32) -> Duration {
        let doublings = receives.saturating_sub(1).min(31);
        let seconds = u64::from(self.first_seconds) << doublings;
        Duration::from_secs(seconds.min(u64::from(self.most_seconds)))
    }

    /// The delay after receive number `receives`: full jitter, uniform up to the ceiling; `random` is
    /// uniform in `0.0..1.0`. At least one second, so that a failing message does not spin.
    #[must_use]
    pub fn delay(self, receives: u32, random: f64) -> Duration {
        let ceiling = self.ceiling(receives).as_secs_f64();
        Duration::from_secs((ceiling * random).ceil().max(1.0) as u64)
    }

    /// How often a message is tried so that, on average, it is still being tried after an outage of `budget`. Never fewer than 5, so that
    /// it can be a queue's `maxReceiveCount`: a receive can count that no consumer saw (AWS: SQS standard queues, at-least-once
    /// delivery).
    #[must_use]
    pub fn receives_for(self, budget: Duration) -> u32 {
        const SPARE: u32 = 4;
        let mut waited = Duration::ZERO;
        let mut receives = 1;
        while waited < budget && receives < 1000 - SPARE {
            waited += self.ceiling(receives) / 2;
            receives += 1;
        }
        receives + SPARE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_from_one_second_to_sixty() {
        let ceilings: Vec<u64> = (1..=8).map(|n| Backoff::DEFAULT.ceiling(n).as_secs()).collect();
        assert_eq!(ceilings, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(Backoff::DEFAULT.ceiling(u32::MAX).as_secs(), 60);
    }

    #[test]
    fn jitter_spans_from_one_second_to_the_ceiling() {
        assert_eq!(Backoff::DEFAULT.delay(7, 0.0).as_secs(), 1);
        assert_eq!(Backoff::DEFAULT.delay(7, 0.5).as_secs(), 30);
        assert_eq!(Backoff::DEFAULT.delay(7, 0.999).as_secs(), 60);
    }

    #[test]
    fn an_outage_budget_sets_the_receives() {
        assert_eq!(Backoff::DEFAULT.receives_for(Duration::ZERO), 5);
        let receives = Backoff::DEFAULT.receives_for(Duration::from_secs(900));
        let waited: u64 = (1..receives - 4)
            .map(|n| Backoff::DEFAULT.ceiling(n).as_secs())
            .sum::<u64>()
            / 2;
        assert!(
            (900..960).contains(&waited),
            "{receives} receives wait {waited} s on average"
        );
    }
}
