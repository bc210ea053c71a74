//! Running an event as its consumer's guarantee says.

use jiff::Timestamp;
use tidings_core::{
    Consumer, Context, Effects, Failure, Incoming, Leased, Natural, Transactional,
    backoff::Backoff,
    breaker::Pass,
    consumer::guarantee::{self, Guarantee},
    protocol::Outcome,
};

use super::{
    LAST_WORD, Runtime, Surroundings,
    guard::{Ended, decided, guarded},
};
use crate::{
    claim_check,
    idempotency::{Claimed, Completed, Effect, Hold, Try},
    log, personal,
};

/// One try of an event by a consumer: everything that the guarantees share.
pub struct Attempt {
    pub(super) record: Try,
    pub(super) context: Context,
    pub(super) deadline: Timestamp,
    /// The breaker has let it through.
    pub(super) pass: Option<Pass>,
}

/// What becomes of the lease of a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lease {
    /// It has none.
    None,
    /// It ends now: nothing has happened outside, or the handler says that it may be begun again.
    Ends,
    /// It lapses by itself: something may have happened outside, and nobody may begin it again before.
    Lapses,
}

/// How a try ended.
pub struct Ran {
    pub(super) outcome: Outcome,
    /// Which try it was.
    pub(super) attempt: u32,
    /// It was done before this try.
    pub(super) duplicate: bool,
    /// What is to become of the lease, when the failure is recorded.
    pub(super) lease: Lease,
    /// When the event first failed here.
    pub(super) first_failed: Option<Timestamp>,
}

impl Ran {
    pub(super) fn failed(failure: Failure, attempt: u32) -> Self {
        Self {
            outcome: Outcome::Failed(failure),
            attempt,
            duplicate: false,
            lease: Lease::None,
            first_failed: None,
        }
    }

    /// It was not tried.
    pub(super) fn paused(until: Timestamp) -> Self {
        Self {
            outcome: Outcome::Paused { until },
            ..Self::done(0)
        }
    }

    fn done(attempt: u32) -> Self {
        Self {
            outcome: Outcome::Done,
            attempt,
            duplicate: false,
            lease: Lease::None,
            first_failed: None,
        }
    }

    fn completed(completed: Completed, tried: u32) -> Self {
        match completed {
            Completed::Done { attempt } => Self::done(attempt.max(tried)),
            Completed::AlreadyDone => Self {
                duplicate: true,
                ..Self::done(tried)
            },
            Completed::InFlight { until } => Self {
                outcome: Outcome::InFlight { until },
                ..Self::done(tried)
            },
            Completed::Refused(failure) => Self::failed(failure, tried),
        }
    }
}

/// A guarantee that can run consumers of type `C`: those that implement its trait. A consumer that claims a guarantee
/// whose trait it does not implement does not compile.
pub trait Run<C: Consumer>: Guarantee {
    /// Runs one event.
    fn run(runtime: &Runtime<C>, attempt: Attempt) -> impl Future<Output = Ran> + Send;
}

impl<C: Transactional> Run<C> for guarantee::Transactional {
    async fn run(runtime: &Runtime<C>, mut attempt: Attempt) -> Ran {
        let actions = match runtime.collect(&mut attempt).await {
            Ok(()) => decide(runtime, &attempt.context).await,
            Err(failure) => Err(failure),
        };
        let tried = attempt.context.attempt;
        match actions {
            Ok(actions) => match runtime.complete(&mut attempt, actions).await {
                Ok(Completed::Refused(failure)) => runtime.fail_unclaimed(failure, &attempt).await,
                Ok(completed) => Ran::completed(completed, tried),
                Err(failure) => runtime.fail_unclaimed(failure, &attempt).await,
            },
            Err(failure) => runtime.fail_unclaimed(failure, &attempt).await,
        }
    }
}

/// Reads the event and decides: what is to be written and published because of it.
async fn decide<C: Transactional>(runtime: &Runtime<C>, context: &Context) -> Result<Vec<Effect>, Failure> {
    let event = runtime.decode(context)?;
    let effects = decided(|| runtime.consumer.decide(event, context))?;
    runtime.actions(effects, context).await
}

impl<C: Leased> Run<C> for guarantee::Leased {
    async fn run(runtime: &Runtime<C>, mut attempt: Attempt) -> Ran {
        let (tried, first_failed) = match runtime.surroundings.records.claim(&attempt.record).await {
            Ok(Claimed::Acquired {
                attempt,
                first_failed,
            }) => (attempt, first_failed),
            Ok(Claimed::AlreadyDone) => {
                return Ran::completed(Completed::AlreadyDone, attempt.context.attempt);
            }
            Ok(Claimed::InFlight { until }) => {
                return Ran::completed(Completed::InFlight { until }, attempt.context.attempt);
            }
            Err(failure) => return Ran::failed(failure, attempt.context.attempt),
        };
        log::tried(tried, attempt.context.attempt);
        attempt.context.attempt = tried;
        // Claimed first: a duplicate then costs no read of the store.
        let read = runtime.collect(&mut attempt).await;
        let time = runtime.left(attempt.deadline, LAST_WORD);
        let ended = match read.and_then(|()| runtime.decode(&attempt.context)) {
            Ok(event) => {
                guarded(
                    async { runtime.consumer.perform(event, &attempt.context).await },
                    time,
                )
                .await
            }
            Err(failure) => Ended::NotBegun(failure),
        };
        runtime.heard(&ended, &attempt);
        let failed = |failure, lease| Ran {
            lease,
            first_failed,
            ..Ran::failed(failure, tried)
        };
        let performed = match ended {
            Ended::Said(performed) => performed,
            Ended::NotBegun(failure) => Err(failure),
            Ended::Stopped(failure) => return failed(failure, Lease::Lapses),
        };
        match performed {
            Err(failure) => failed(failure, Lease::Ends),
            Ok(effects) => match runtime.complete_performed(&mut attempt, effects).await {
                Ok(Completed::Refused(failure)) | Err(failure @ Failure::Permanent { .. }) => {
                    failed(failure, Lease::Ends)
                }
                Ok(completed) => Ran::completed(completed, tried),
                Err(failure) => failed(failure, Lease::Lapses),
            },
        }
    }
}

impl<C: Natural> Run<C> for guarantee::Natural {
    async fn run(runtime: &Runtime<C>, mut attempt: Attempt) -> Ran {
        let read = runtime.collect(&mut attempt).await;
        let time = runtime.left(attempt.deadline, LAST_WORD);
        let ended = match read.and_then(|()| runtime.decode(&attempt.context)) {
            Ok(event) => {
                guarded(
                    async { runtime.consumer.perform(event, &attempt.context).await },
                    time,
                )
                .await
            }
            Err(failure) => Ended::NotBegun(failure),
        };
        runtime.heard(&ended, &attempt);
        match ended.result() {
            Ok(()) => Ran::done(attempt.context.attempt),
            Err(failure) => runtime.fail_unclaimed(failure, &attempt).await,
        }
    }
}

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Makes the event's data readable: fetches it from where it is kept, and opens what is sealed in it. Most events need neither.
    async fn collect(&self, attempt: &mut Attempt) -> Result<(), Failure> {
        let Surroundings {
            claim_check: store,
            keyring,
            ..
        } = &self.surroundings;
        let event = &attempt.context.envelope;
        if !event.is_light() && (keyring.is_none() || !event.may_hold_sealed()) {
            return Ok(());
        }
        let event = event.clone();
        let collect = async {
            let event = claim_check::collect(store.as_deref(), event).await?;
            personal::open(keyring.as_deref(), event).await
        };
        let time = self.left(attempt.deadline, LAST_WORD);
        // Stopped or not, nothing has been begun: to fail here ends the lease.
        attempt.context.envelope = match guarded(collect, time).await {
            Ended::Said(collected) => collected?,
            Ended::NotBegun(failure) => return Err(failure),
            Ended::Stopped(_) => {
                let late = "the event's data was not there, or not open, before the function's deadline";
                return Err(Failure::transient(late).of_class("Deadline"));
            }
        };
        Ok(())
    }

    fn decode(&self, context: &Context) -> Result<C::Event, Failure> {
        // Upcasting and reading are the consumer's own code too, and may panic.
        decided(|| {
            C::Event::decode(&context.envelope)
                .map_err(|error| Failure::permanent(error.to_string()).of_class("DecodeError"))
        })
    }

    /// Claims and completes in one write.
    async fn complete(&self, attempt: &mut Attempt, actions: Vec<Effect>) -> Result<Completed, Failure> {
        attempt.record.now = self.now();
        self.write(attempt, Hold::Nothing, actions).await
    }

    async fn write(&self, attempt: &Attempt, hold: Hold, actions: Vec<Effect>) -> Result<Completed, Failure> {
        let Surroundings { records, entropy, .. } = &self.surroundings;
        records
            .complete(&attempt.record, hold, actions, entropy.as_ref())
            .await
    }

    /// Completes an event whose effect outside is there: as long as there is time, since letting go of it now would
    /// repeat the effect.
    async fn complete_performed(
        &self,
        attempt: &mut Attempt,
        effects: Effects,
    ) -> Result<Completed, Failure> {
        // The time is part of what is written, and a repeated transaction must be the same one.
        attempt.record.now = self.now();
        let mut made: Option<Vec<Effect>> = None;
        for retry in 0.. {
            let actions = match made.take() {
                Some(actions) => Ok(actions),
                None => self.actions(effects.clone(), &attempt.context).await,
            };
            let completed = match actions {
                Ok(actions) => {
                    let actions = made.insert(actions).clone();
                    self.write(attempt, Hold::Lease, actions).await
                }
                Err(failure) => Err(failure),
            };
            let pause = Backoff::DEFAULT
                .ceiling(1)
                .mul_f64(self.surroundings.entropy.unit())
                * (retry + 1)
                / 10;
            let time = pause < self.left(attempt.deadline, LAST_WORD);
            match completed {
                Err(Failure::Transient { .. }) if time => tokio::time::sleep(pause).await,
                completed => return completed,
            }
        }
        unreachable!("the deadline ends the loop")
    }

    /// An event failed that nobody claimed. It is claimed now, so that the failure can be recorded, unless it turns
    /// out to be done already, or to be another worker's.
    async fn fail_unclaimed(&self, failure: Failure, attempt: &Attempt) -> Ran {
        let tried = attempt.context.attempt;
        match self.surroundings.records.claim(&attempt.record).await {
            Ok(Claimed::Acquired {
                attempt,
                first_failed,
            }) => Ran {
                lease: Lease::Ends,
                first_failed,
                ..Ran::failed(failure, attempt)
            },
            Ok(Claimed::AlreadyDone) => Ran::completed(Completed::AlreadyDone, tried),
            Ok(Claimed::InFlight { until }) => Ran::completed(Completed::InFlight { until }, tried),
            // Perhaps it is done already: it must not be set aside before the table has said that it is not.
            Err(unrecorded) => {
                let (why, unrecorded) = (failure.reason(), unrecorded.reason());
                Ran::failed(
                    Failure::transient(format!("{why} (and not recorded: {unrecorded})"))
                        .of_class("NotRecorded"),
                    tried,
                )
            }
        }
    }
}
