//! Admitting: the consumer's breaker at work, asked before an event begins and told how it ended.
//!
//! It is this process's own: every instance of a function learns by itself that the provider is down, from five
//! failures of its own, and forgets it when it is stopped.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tidings_core::{
    Effects, Entropy, Envelope, Failure,
    breaker::{Breaker, Pass},
    consumer::Declared,
};
use tracing::{info, warn};

use super::run::{Attempt, End, Ended, Ran};

/// When the messages behind a failed one come back. They cannot overtake it: FIFO holds a group while one of its
/// messages is hidden, so they must only not be hidden for longer than it.
const SOON: Duration = Duration::from_secs(1);

/// What a success tells of the provider.
pub(super) trait Asked {
    /// Whether it has been asked.
    fn asked(&self) -> bool;
}

impl Asked for Effects {
    fn asked(&self) -> bool {
        !self.unasked
    }
}

/// A natural consumer's success.
impl Asked for () {
    fn asked(&self) -> bool {
        true
    }
}

/// The breaker of a consumer that has a provider; a consumer without one is always admitted.
pub(super) struct Gate {
    consumer: &'static str,
    breaker: Option<Mutex<Breaker>>,
}

impl Gate {
    pub(super) fn of(consumer: &Declared) -> Self {
        let settings = consumer.settings.breaker;
        let settings = settings.filter(|_| consumer.guarantee.reaches_outside());
        Self {
            consumer: consumer.name,
            breaker: settings.map(|settings| Mutex::new(Breaker::new(settings))),
        }
    }

    fn breaker(&self) -> Option<MutexGuard<'_, Breaker>> {
        let breaker = self.breaker.as_ref()?;
        Some(breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Until when nothing is admitted.
    pub(super) fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.breaker()?.paused_until(now)
    }

    /// Lets an event begin, or says until when it waits: it comes back when the pause is over, and not all at once.
    pub(super) fn admit(
        &self,
        event: &Envelope,
        now: Timestamp,
        deadline: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Option<Pass>, Timestamp> {
        let Some(mut breaker) = self.breaker() else {
            return Ok(None);
        };
        let admitted = breaker.admit(&event.key(), now, deadline);
        admitted.map(Some).map_err(|until| {
            let spread = breaker.settings().first_pause.mul_f64(entropy.unit());
            until.saturating_add(spread).unwrap_or(until)
        })
    }

    /// How a message ends whose group was stopped by one before it.
    pub(super) fn behind(&self, now: Timestamp) -> Ran {
        if self.paused_until(now).is_some() {
            let until = now.saturating_add(SOON).unwrap_or(now);
            return Ran {
                attempt: 0,
                end: End::Paused { until },
            };
        }
        let waits = Failure::transient_after("behind a message of its group that failed", SOON);
        Ran::failed(0, waits.of_class("Behind"))
    }

    /// Tells the breaker what a handler said of its provider.
    pub(super) fn heard<T: Asked>(&self, ended: &Ended<T>, attempt: &Attempt, now: Timestamp) {
        let (Some(mut breaker), Some(pass)) = (self.breaker(), attempt.pass) else {
            return;
        };
        let consumer = self.consumer;
        let reason = match ended {
            Ended::Said(Ok(done)) if !done.asked() => return,
            Ended::Said(Ok(_)) => {
                if breaker.succeeded() {
                    info!(consumer, "the provider answers again: the pause is over");
                }
                return;
            }
            Ended::NotBegun(_)
            | Ended::Said(Err(Failure::Permanent { .. } | Failure::Transient { awaits: true, .. })) => return,
            Ended::Said(Err(failure @ Failure::Transient { .. })) | Ended::Stopped(failure) => {
                failure.reason()
            }
        };
        if let Some(pause) = breaker.failed(pass, &attempt.record.key.event, now) {
            let pause_seconds = pause.as_secs();
            warn!(
                consumer,
                pause_seconds, reason, "one event after another fails: pausing"
            );
        }
    }

    /// The try is over. If it was to show whether the provider answers, and nothing was heard, another may show it.
    pub(super) fn ended(&self, pass: Option<Pass>) {
        if let (Some(mut breaker), Some(pass)) = (self.breaker(), pass) {
            breaker.ended(pass);
        }
    }
}
