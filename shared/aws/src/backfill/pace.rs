//! So many events a second, and no more.

use std::{num::NonZeroU32, time::Duration};

use tokio::time::{Instant, sleep_until};

/// Events that are sent in one call (AWS: SQS `SendMessageBatch`).
const MOST_AT_ONCE: usize = 10;

/// A rate.
#[derive(Debug)]
pub struct Pace {
    a_second: NonZeroU32,
    next: Option<Instant>,
}

impl Pace {
    /// So many events a second.
    #[must_use]
    pub fn new(a_second: NonZeroU32) -> Self {
        Self { a_second, next: None }
    }

    /// How many events are sent at once: never more than are due in a second.
    #[must_use]
    pub fn at_once(&self) -> usize {
        usize::try_from(self.a_second.get())
            .unwrap_or(MOST_AT_ONCE)
            .min(MOST_AT_ONCE)
    }

    /// Waits until so many events may be sent. Time in which none was is not made up for.
    pub async fn wait(&mut self, events: usize) {
        let now = Instant::now();
        let due = self.next.map_or(now, |next| next.max(now));
        sleep_until(due).await;
        let takes = Duration::from_secs_f64(events as f64 / f64::from(self.a_second.get()));
        self.next = Some(due + takes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(a_second: u32) -> Pace {
        Pace::new(NonZeroU32::new(a_second).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_events_than_the_pace() {
        let (mut pace, begin) = (pace(50), Instant::now());
        for _ in 0..20 {
            pace.wait(10).await;
        }
        // The last ten of two hundred are sent when one hundred and ninety are over.
        assert_eq!(begin.elapsed(), Duration::from_millis(3_800));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_not_made_up_for() {
        let (mut pace, begin) = (pace(10), Instant::now());
        pace.wait(10).await;
        tokio::time::advance(Duration::from_secs(60)).await;
        pace.wait(10).await;
        pace.wait(10).await;
        assert_eq!(begin.elapsed(), Duration::from_secs(61));
    }

    #[test]
    fn a_slow_pace_sends_fewer_at_once() {
        assert_eq!(pace(1).at_once(), 1);
        assert_eq!(pace(7).at_once(), 7);
        assert_eq!(pace(1_000).at_once(), 10);
    }
}
