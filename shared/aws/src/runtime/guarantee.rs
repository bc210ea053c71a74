//! Running an event as its consumer's guarantee says.

use jiff::Timestamp;
use tidings_core::{
    Consumer, Context, Effects, Failure, Incoming, Leased, Natural, Transactional,
    backoff::Backoff,
    breaker::Pass,
    consumer::guarantee::{self, Guarantee},
    protocol::Outcome,
};
use uuid::Uuid;

use super::{
    LAST_WORD, Runtime, Surroundings, Wanted,
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
    /// What is to be answered: now, or again.
    pub(super) answer: Option<String>,
}

impl Ran {
    pub(super) fn failed(failure: Failure, attempt: u32) -> Self {
        Self {
            outcome: Outcome::Failed(failure),
            attempt,
            duplicate: false,
            lease: Lease::None,
            first_failed: None,
            answer: None,
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
            answer: None,
        }
    }

    fn completed(attempt: u32, tried: u32, answer: Option<String>) -> Self {
        Self {
            answer,
            ..Self::done(attempt.max(tried))
        }
    }

    /// It was done before; what was answered then is answered again.
    fn duplicate(answer: Option<String>, tried: u32) -> Self {
        Self {
            duplicate: true,
            answer,
            ..Self::done(tried)
        }
    }

    fn in_flight(until: Timestamp, tried: u32) -> Self {
        Self {
            outcome: Outcome::InFlight { until },
            ..Self::done(tried)
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
        let decided = match runtime.collect(&mut attempt).await {
            Ok(()) => decide(runtime, &attempt.context),
            Err(failure) => Err(failure),
        };
        match decided {
            Ok(effects) => commit(runtime, attempt, effects).await,
            Err(failure) => runtime.fail_unclaimed(failure, &attempt).await,
        }
    }
}

/// Reads the event and decides: what is to be written and published because of it.
fn decide<C: Transactional>(runtime: &Runtime<C>, context: &Context) -> Result<Effects, Failure> {
    let event = runtime.decode(context)?;
    decided(|| runtime.consumer.decide(event, context))
}

/// Commits what was decided, or what is wanted instead where the state refuses it.
async fn commit<C: Transactional>(runtime: &Runtime<C>, mut attempt: Attempt, mut effects: Effects) -> Ran {
    let tried = attempt.context.attempt;
    loop {
        let completed = match runtime.wanted(effects, &attempt.context).await {
            Ok(Wanted { actions, answer }) => {
                let completed = runtime.complete(&mut attempt, actions, answer.as_deref()).await;
                completed.map(|completed| (completed, answer))
            }
            Err(failure) => Err(failure),
        };
        match completed {
            Ok((Completed::Done { attempt }, answer)) => return Ran::completed(attempt, tried, answer),
            // Nothing of what was decided is there, so there is nothing to answer.
            Ok((Completed::Superseded { attempt }, _)) => return Ran::completed(attempt, tried, None),
            Ok((Completed::AlreadyDone { answer }, _)) => return Ran::duplicate(answer, tried),
            Ok((Completed::InFlight { until }, _)) => return Ran::in_flight(until, tried),
            Ok((Completed::Instead(instead), _)) => {
                effects = *instead;
                // The token of a transaction is its owner's, and this one writes something else.
                attempt.record.owner = runtime.token();
            }
            Ok((Completed::Refused(failure), _)) | Err(failure) => {
                return runtime.fail_unclaimed(failure, &attempt).await;
            }
        }
    }
}

impl<C: Leased> Run<C> for guarantee::Leased {
    async fn run(runtime: &Runtime<C>, mut attempt: Attempt) -> Ran {
        let (tried, first_failed) = match runtime.surroundings.records.claim(&attempt.record).await {
            Ok(Claimed::Acquired {
                attempt,
                first_failed,
            }) => (attempt, first_failed),
            Ok(Claimed::AlreadyDone { answer }) => return Ran::duplicate(answer, attempt.context.attempt),
            Ok(Claimed::InFlight { until }) => return Ran::in_flight(until, attempt.context.attempt),
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
                Ok((Completed::Done { attempt }, answer)) => Ran::completed(attempt, tried, answer),
                Ok((Completed::Superseded { attempt }, _)) => Ran::completed(attempt, tried, None),
                Ok((Completed::AlreadyDone { answer }, _)) => Ran::duplicate(answer, tried),
                Ok((Completed::InFlight { until }, _)) => Ran::in_flight(until, tried),
                Ok((Completed::Refused(failure), _)) | Err(failure @ Failure::Permanent { .. }) => {
                    failed(failure, Lease::Ends)
                }
                Ok((Completed::Instead(_), _)) => failed(no_alternative::<C>(), Lease::Ends),
                Err(failure) => failed(failure, Lease::Lapses),
            },
        }
    }
}

fn no_alternative<C: Consumer>() -> Failure {
    Failure::permanent(format!(
        "{} wants something else instead of what its state refuses, which only a transactional consumer may",
        C::NAME
    ))
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
        let elsewhere = event.is_light() && C::Event::READS_DATA;
        if !elsewhere && (keyring.is_none() || !event.may_hold_sealed()) {
            return Ok(());
        }
        let event = event.clone();
        let collect = async {
            let event = match elsewhere {
                true => claim_check::collect(store.as_deref(), event).await?,
                false => event,
            };
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

    /// A new token for a try.
    pub(super) fn token(&self) -> String {
        Uuid::from_u128(self.surroundings.entropy.bits()).to_string()
    }

    /// Claims and completes in one write.
    async fn complete(
        &self,
        attempt: &mut Attempt,
        actions: Vec<Effect>,
        answer: Option<&str>,
    ) -> Result<Completed, Failure> {
        attempt.record.now = self.now();
        self.write(attempt, Hold::Nothing, actions, answer).await
    }

    async fn write(
        &self,
        attempt: &Attempt,
        hold: Hold,
        actions: Vec<Effect>,
        answer: Option<&str>,
    ) -> Result<Completed, Failure> {
        let Surroundings { records, entropy, .. } = &self.surroundings;
        records
            .complete(&attempt.record, hold, actions, answer, entropy.as_ref())
            .await
    }

    /// Completes an event whose effect outside is there: as long as there is time, since letting go of it now would
    /// repeat the effect.
    async fn complete_performed(
        &self,
        attempt: &mut Attempt,
        effects: Effects,
    ) -> Result<(Completed, Option<String>), Failure> {
        // The time is part of what is written, and a repeated transaction must be the same one.
        attempt.record.now = self.now();
        let mut made: Option<Wanted> = None;
        for retry in 0.. {
            let wanted = match made.take() {
                Some(wanted) => Ok(wanted),
                None => self.wanted(effects.clone(), &attempt.context).await,
            };
            let completed = match wanted {
                Ok(wanted) => {
                    let Wanted { actions, answer } = made.insert(wanted).clone();
                    let completed = self.write(attempt, Hold::Lease, actions, answer.as_deref()).await;
                    completed.map(|completed| (completed, answer))
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
            Ok(Claimed::AlreadyDone { answer }) => Ran::duplicate(answer, tried),
            Ok(Claimed::InFlight { until }) => Ran::in_flight(until, tried),
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
