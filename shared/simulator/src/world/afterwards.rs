//! What comes when everything seemed over: redrives within the time that dead letters are kept, and copies of events whose
//! records have expired.

use std::{sync::atomic::Ordering, time::Duration};

use tidings_core::{
    Consumer as _, Envelope,
    protocol::{CLOCK_SKEW, RECORD_LIFETIME},
};

use super::World;
use crate::consumers::{Ring, Tally};

/// A dead letter is redriven within the time that its queue keeps it.
const DEAD_LETTER_RETENTION: Duration = Duration::from_secs(14 * 24 * 60 * 60);

impl World {
    /// Some time later the handlers are mended, dead letters are redriven with new message ids, and so are events that
    /// were done long ago.
    pub(super) async fn redrive(&self, events: &[Envelope]) -> bool {
        if !self.chance.hits(self.plan.odds.redriven) {
            return true;
        }
        let later = self.chance.below(DEAD_LETTER_RETENTION.as_secs());
        tokio::time::sleep(Duration::from_secs(later)).await;
        self.mended.store(true, Ordering::Relaxed);
        let mut redriven = Vec::new();
        for consumer in [Tally::NAME, Ring::NAME] {
            for event in self.truth.set_aside(consumer, events) {
                redriven.push((consumer, event));
                self.bus
                    .send(consumer, event.to_json())
                    .expect("the consumer is subscribed");
            }
            for event in events.iter().filter(|_| self.chance.hits(0.2)) {
                self.bus
                    .send(consumer, event.to_json())
                    .expect("the consumer is subscribed");
            }
        }
        let quiet = self.quiet().await;
        if quiet {
            for (consumer, event) in redriven {
                self.truth.redriven(consumer, event).await;
            }
        }
        quiet
    }

    /// Records expire, and DynamoDB deletes what is expired within days: one that is still there must not block an event
    /// that comes then. (It is handled again: that is what the lifetime of a record means.)
    pub(super) async fn outlive_records(&self, events: &[Envelope]) {
        if !self.chance.hits(self.plan.odds.redriven) {
            return;
        }
        // A worker whose clock is behind sees it later.
        tokio::time::sleep(RECORD_LIFETIME + CLOCK_SKEW).await;
        self.mended.store(true, Ordering::Relaxed);
        let mut copies = Vec::new();
        for event in events {
            let runs = self.truth.runs(event).await;
            if runs > 0 && self.chance.hits(0.1) {
                copies.push((event, runs, self.truth.times_dead(Tally::NAME, event)));
                self.bus
                    .send(Tally::NAME, event.to_json())
                    .expect("the consumer is subscribed");
            }
        }
        if self.quiet().await {
            for (event, runs, times_dead) in copies {
                self.truth.outlived(event, runs, times_dead).await;
            }
        }
    }
}
