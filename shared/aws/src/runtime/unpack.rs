//! Unpacking: fetches the event's data from where it is kept (claim check), and opens what is sealed in it (keys of persons).
//! Most events need neither.

use jiff::Timestamp;
use tidings_core::Failure;
use tracing::warn;

use super::{
    LAST_START, LAST_WORD, Runtime, Surroundings,
    receive::Delivery,
    run::{Attempt, Ended, guarded},
};
use crate::{claim_check, personal};

/// Makes the event's data readable.
pub(super) async fn unpack(runtime: &Runtime, attempt: &mut Attempt) -> Result<(), Failure> {
    let Surroundings {
        claim_check: store,
        keyring,
        ..
    } = &runtime.surroundings;
    let event = &attempt.context.envelope;
    let elsewhere = event.is_light() && runtime.handler.declared.reads_data;
    if !elsewhere && (keyring.is_none() || !event.may_hold_sealed()) {
        return Ok(());
    }
    let event = event.clone();
    let unpacked = async {
        let event = match elsewhere {
            true => claim_check::collect(store.as_deref(), event).await?,
            false => event,
        };
        personal::open(keyring.as_deref(), event).await
    };
    let time = runtime.surroundings.left(attempt.deadline, LAST_WORD);
    // Stopped or not, nothing has been begun: to fail here ends the lease.
    attempt.context.envelope = match guarded(unpacked, time).await {
        Ended::Said(unpacked) => unpacked?,
        Ended::NotBegun(failure) => return Err(failure),
        Ended::Stopped(_) => {
            let late = "the event's data was not there, or not open, before the function's deadline";
            return Err(Failure::transient(late).of_class("Deadline"));
        }
    };
    Ok(())
}

/// Reads the keys that the batch's personal values take, all together. Where that fails, each event meets the failure itself.
pub(super) async fn warm(runtime: &Runtime, deliveries: &[Delivery], deadline: Timestamp) {
    let Surroundings { keyring, .. } = &runtime.surroundings;
    let Some(keyring) = keyring else { return };
    // Events that wait cost no call.
    if runtime.breaker.paused_until(runtime.surroundings.now()).is_some() {
        return;
    }
    let events = deliveries
        .iter()
        .filter_map(|delivery| delivery.envelope.as_ref().ok());
    let time = runtime.surroundings.left(deadline, LAST_START) / 2;
    if let Ok(Err(failure)) = tokio::time::timeout(time, keyring.warm(events)).await {
        warn!(
            reason = failure.reason(),
            "the keys of the batch's persons could not be read together"
        );
    }
}
