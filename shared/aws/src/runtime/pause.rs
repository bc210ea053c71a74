//! The consumer's breaker at work: asked before an event begins, told how it ended.
//!
//! It is this process's own: every instance of a function learns by itself that the provider is down, from five
//! failures of its own, and forgets it when it is stopped.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tidings_core::{
    Consumer, Envelope, Failure,
    breaker::{Breaker, Pass},
    consumer::guarantee::Guarantee as _,
};
use tracing::{info, warn};

use super::{
    Run, Runtime,
    guarantee::{Attempt, Ran},
    guard::Ended,
};

/// The breaker of a consumer that has a provider.
pub(super) struct Pause(Option<Mutex<Breaker>>);

impl Pause {
    pub(super) fn of<C: Consumer>() -> Self {
        let settings = C::SETTINGS.breaker.filter(|_| C::Guarantee::OUTSIDE);
        Self(settings.map(|settings| Mutex::new(Breaker::new(settings))))
    }

    fn breaker(&self) -> Option<MutexGuard<'_, Breaker>> {
        let breaker = self.0.as_ref()?;
        Some(breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.breaker()?.paused_until(now)
    }
}

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Lets an event begin, or says how it ends without having begun: it comes back when the pause is over, and not
    /// all at once.
    pub(super) fn admit(
        &self,
        event: &Envelope,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Option<Pass>, Ran> {
        let Some(mut breaker) = self.pause.breaker() else {
            return Ok(None);
        };
        let admitted = breaker.admit(&event.key(), now, deadline);
        admitted.map(Some).map_err(|until| {
            let spread = breaker
                .settings()
                .first_pause
                .mul_f64(self.surroundings.entropy.unit());
            Ran::paused(until.saturating_add(spread).unwrap_or(until))
        })
    }

    /// Tells the breaker what a handler said of its provider.
    pub(super) fn heard<T>(&self, ended: &Ended<T>, attempt: &Attempt) {
        let (Some(mut breaker), Some(pass)) = (self.pause.breaker(), attempt.pass) else {
            return;
        };
        let reason = match ended {
            Ended::Said(Ok(_)) => {
                if breaker.succeeded() {
                    info!(
                        consumer = C::NAME,
                        "the provider answers again: the pause is over"
                    );
                }
                return;
            }
            Ended::NotBegun(_)
            | Ended::Said(Err(Failure::Permanent { .. } | Failure::Transient { awaits: true, .. })) => return,
            Ended::Said(Err(failure @ Failure::Transient { .. })) | Ended::Stopped(failure) => {
                failure.reason()
            }
        };
        if let Some(pause) = breaker.failed(pass, &attempt.record.key.event, self.now()) {
            warn!(
                consumer = C::NAME,
                pause_seconds = pause.as_secs(),
                reason,
                "one event after another fails: pausing"
            );
        }
    }

    /// The try is over. If it was to show whether the provider answers, and nothing was heard, another may show it.
    pub(super) fn ended(&self, pass: Option<Pass>) {
        if let (Some(mut breaker), Some(pass)) = (self.pause.breaker(), pass) {
            breaker.ended(pass);
        }
    }
}
