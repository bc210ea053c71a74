//! A failure and its record: it is claimed for, where nobody has claimed the event, and written down.

use tidings_core::{Failure, protocol::Disposition};
use tracing::warn;

use super::{super::Runtime, Attempt, End, Held, Lease, Ran};
use crate::idempotency::Claimed;

/// Claims the event now, so that the failure can be recorded, unless it turns out to be done already, or to be another worker's.
pub(super) async fn fail_unclaimed(runtime: &Runtime, attempt: Attempt, failure: Failure) -> Ran {
    let Attempt { record, context, .. } = attempt;
    let claimed = runtime.surroundings.records.claim(&record).await;
    let (attempt, end) = match claimed {
        Ok(Claimed::Acquired {
            attempt,
            first_failed,
        }) => {
            let held = Some(Held {
                record,
                first_failed,
                lease: Lease::Ends,
            });
            (attempt, End::Failed { failure, held })
        }
        Ok(Claimed::AlreadyDone { answer }) => (context.attempt, End::Duplicate { answer }),
        Ok(Claimed::InFlight { until }) => (context.attempt, End::InFlight { until }),
        // Perhaps it is done already: it must not be set aside before the table has said that it is not.
        Err(unrecorded) => {
            let (why, unrecorded) = (failure.reason(), unrecorded.reason());
            let failure = Failure::transient(format!("{why} (and not recorded: {unrecorded})"));
            return Ran::failed(context.attempt, failure.of_class("NotRecorded"));
        }
    };
    Ran { attempt, end }
}

/// Writes the failure into the record, and with it ends the lease, unless that is to lapse.
pub(in crate::runtime) async fn record_failure(
    runtime: &Runtime,
    held: &Held,
    failure: &Failure,
    disposition: &Disposition,
) {
    let (records, now) = (&runtime.surroundings.records, runtime.surroundings.now());
    let back = match disposition {
        Disposition::Retry { after } => now.checked_add(*after).ok(),
        Disposition::Acknowledge | Disposition::SetAside { .. } => None,
    };
    let reason = failure.reason();
    let recorded = match (disposition, held.lease) {
        (Disposition::SetAside { reason }, _) => records.set_aside(&held.record, now, reason).await,
        (_, Lease::Lapses) => records.note(&held.record, now, reason, back).await,
        (_, Lease::Ends) => records.release(&held.record, now, reason, back).await,
    };
    match recorded {
        Ok(true) => {}
        Ok(false) => warn!("the lease was lost before its failure was recorded"),
        Err(error) => warn!(
            reason = error.reason(),
            "a failure could not be recorded; the lease ends by itself"
        ),
    }
}
