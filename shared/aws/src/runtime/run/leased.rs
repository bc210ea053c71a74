//! *Leased*: claim the event, bring about the effect outside, complete the record together with what the handler wants written.
//!
//! A worker that dies in between leaves its lease, which lapses: the effect is begun again then, and not before.

use tidings_core::{Effects, Failure, backoff::Backoff};

use super::{
    super::{
        LAST_WORD, Runtime,
        commit::{Committed, Hold, write},
        handler::Perform,
        wanted::{Wanted, wanted},
    },
    Attempt, End, Held, Lease, Ran,
    guard::Ended,
    perform::perform,
};
use crate::{idempotency::Claimed, log};

pub(super) async fn run(runtime: &Runtime, handler: &dyn Perform<Effects>, mut attempt: Attempt) -> Ran {
    let received = attempt.context.attempt;
    let (tried, first_failed) = match runtime.surroundings.records.claim(&attempt.record).await {
        Ok(Claimed::Acquired {
            attempt,
            first_failed,
        }) => (attempt, first_failed),
        Ok(Claimed::AlreadyDone { answer }) => {
            return Ran {
                attempt: received,
                end: End::Duplicate { answer },
            };
        }
        Ok(Claimed::InFlight { until }) => {
            return Ran {
                attempt: received,
                end: End::InFlight { until },
            };
        }
        Err(failure) => return Ran::failed(received, failure),
    };
    log::tried(tried, received);
    attempt.context.attempt = tried;

    // Claimed first: a duplicate costs no read of the store, and no effect.
    let performed = perform(runtime, handler, &mut attempt).await;
    let (failure, lease) = match performed {
        Ended::Said(Ok(effects)) => match complete(runtime, &mut attempt, effects).await {
            Ok(Committed::Ended(ran)) => return ran,
            Ok(Committed::Refused(failure)) | Err(failure @ Failure::Permanent { .. }) => {
                (failure, Lease::Ends)
            }
            Ok(Committed::Instead(_)) => (no_alternative(runtime), Lease::Ends),
            Err(failure) => (failure, Lease::Lapses),
        },
        Ended::Said(Err(failure)) | Ended::NotBegun(failure) => (failure, Lease::Ends),
        Ended::Stopped(failure) => (failure, Lease::Lapses),
    };
    // What refuses a commit is the handler's text as well.
    let failure = failure.told(|reason| attempt.context.envelope.concealed(reason));
    let held = Some(Held {
        record: attempt.record,
        first_failed,
        lease,
    });
    Ran {
        attempt: tried,
        end: End::Failed { failure, held },
    }
}

/// Completes an event whose effect outside is there: as long as there is time, since letting go of it now would
/// repeat the effect.
async fn complete(runtime: &Runtime, attempt: &mut Attempt, effects: Effects) -> Result<Committed, Failure> {
    let surroundings = &runtime.surroundings;
    // The time is part of what is written, and a repeated transaction must be the same one.
    attempt.record.now = surroundings.now();
    let mut made: Option<Wanted> = None;
    for retry in 1.. {
        let ready = match made.take() {
            Some(wanted) => Ok(wanted),
            None => wanted(runtime, effects.clone(), &attempt.context).await,
        };
        let completed = match ready {
            Ok(ready) => write(runtime, attempt, Hold::Lease, made.insert(ready)).await,
            Err(failure) => Err(failure),
        };
        let pause = Backoff::DEFAULT.ceiling(1).mul_f64(surroundings.entropy.unit()) * retry / 10;
        let time = pause < surroundings.left(attempt.deadline, LAST_WORD);
        match completed {
            Err(Failure::Transient { .. }) if time => tokio::time::sleep(pause).await,
            completed => return completed,
        }
    }
    unreachable!("the deadline ends the loop")
}

fn no_alternative(runtime: &Runtime) -> Failure {
    Failure::permanent(format!(
        "{} wants something else instead of what its state refuses, which only a transactional consumer may",
        runtime.handler.declared.name
    ))
}
