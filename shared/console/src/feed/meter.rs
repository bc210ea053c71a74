//! A minute of a consumer: what it did, second by second.

use std::time::Duration;

use jiff::Timestamp;
use tidings_aws::{Handled, observe::Verdict};

/// Seconds that are kept.
const SECONDS: usize = 60;

/// What a consumer did, in the last minute and in all.
#[derive(Debug)]
pub struct Meter {
    seconds: [Second; SECONDS],
    total: Counts,
    /// How old the last message was when it was begun, and when that was.
    waited: Option<(Duration, Timestamp)>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Second {
    /// Which second, of Unix time.
    at: i64,
    counts: Counts,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    done: u32,
    failed: u32,
    dead: u32,
}

/// What a meter says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What was done in the last minute.
    pub rate: u32,
    /// What failed in the last minute, and comes back.
    pub failed: u32,
    /// What was done in all.
    pub done: u32,
    /// What was set aside in all.
    pub dead: u32,
    /// How old the last message was when it was begun, if that was within the last minute.
    pub lag: Option<Duration>,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Done | Verdict::Duplicate => self.done += 1,
            Verdict::Failed => self.failed += 1,
            Verdict::SetAside => self.dead += 1,
            Verdict::InFlight | Verdict::Paused => {}
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            seconds: [Second::default(); SECONDS],
            total: Counts::default(),
            waited: None,
        }
    }
}

impl Meter {
    pub(super) fn count(&mut self, handled: &Handled<'_>, now: Timestamp) {
        let at = now.as_second();
        let second = &mut self.seconds[index(at)];
        if second.at != at {
            *second = Second {
                at,
                counts: Counts::default(),
            };
        }
        second.counts.add(handled.verdict);
        self.total.add(handled.verdict);
        if let Some(age) = handled.age {
            self.waited = Some((age, now));
        }
    }

    pub(super) fn reading(&self, now: Timestamp) -> Reading {
        let first = now.as_second() - SECONDS as i64;
        let recent = self.seconds.iter().filter(|second| second.at > first);
        let (rate, failed) = recent.fold((0, 0), |(done, failed), second| {
            (done + second.counts.done, failed + second.counts.failed)
        });
        let waited = self.waited.filter(|(_, at)| at.as_second() > first);
        Reading {
            rate,
            failed,
            done: self.total.done,
            dead: self.total.dead,
            lag: waited.map(|(age, _)| age),
        }
    }
}

fn index(second: i64) -> usize {
    usize::try_from(second.rem_euclid(SECONDS as i64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use tidings_core::protocol::Disposition;

    use super::*;

    #[test]
    fn a_rate_is_of_the_last_minute_and_a_total_of_all() {
        let handled = |verdict| Handled {
            consumer: "feed-bear",
            envelope: None,
            attempt: 1,
            verdict,
            disposition: &Disposition::Acknowledge,
            reason: None,
            class: None,
            age: Some(Duration::from_secs(3)),
            coalesced: false,
            elapsed: Duration::ZERO,
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut meter = Meter::default();
        for second in 1000..1090 {
            meter.count(&handled(Verdict::Done), at(second));
        }
        meter.count(&handled(Verdict::Failed), at(1089));
        let reading = meter.reading(at(1089));
        assert_eq!((reading.rate, reading.failed, reading.done), (60, 1, 90));
        assert_eq!(reading.lag, Some(Duration::from_secs(3)));
        let later = meter.reading(at(2000));
        assert_eq!((later.rate, later.done, later.lag), (0, 90, None));
    }
}
