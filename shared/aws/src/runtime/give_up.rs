//! Giving up: what has been tried often enough is set aside, with its cause.
//!
//! A FIFO queue leaves it to the runtime (`FIFO_RECEIVES`): to the redrive policy, what has only been received is as spent as what has been tried.

use tidings_core::Failure;

use super::{
    Runtime,
    line::Place,
    receive::Delivery,
    run::{Attempt, End, Held, Lease, Ran},
};
use crate::idempotency::Claimed;

/// Why a message is given up that has failed once more; none if it may come back. What counts are the tries that its record tells of, and of
/// a message that was redriven, not those before.
pub(super) fn given_up(
    runtime: &Runtime,
    delivery: &Delivery,
    place: Option<&Place>,
    ran: &Ran,
) -> Option<String> {
    let tries = runtime.handler.declared.settings.tries();
    match &ran.end {
        End::Failed {
            failure: failure @ Failure::Transient { .. },
            held: Some(_),
        } if place.is_some() && ran.attempt.min(delivery.receives()) >= tries => {
            let reason = failure.reason();
            Some(format!("{reason} (given up: tried {} times)", ran.attempt))
        }
        _ => None,
    }
}

/// Counts a try before it begins, where the message was received more often than it may be tried: it may only have waited, but it can also be
/// one of which its process dies, and then nothing has been recorded. (A try that is recorded as well then counts twice.) Answers how it ends if it was begun
/// too often.
///
/// # Errors
/// When the table does not answer.
pub(super) async fn count(
    runtime: &Runtime,
    place: Option<&Place>,
    attempt: &Attempt,
) -> Result<Option<Ran>, Failure> {
    let tries = runtime.handler.declared.settings.tries();
    if place.is_none() || attempt.context.attempt <= tries {
        return Ok(None);
    }
    let (records, record) = (&runtime.surroundings.records, &attempt.record);
    // One that is done, or another worker's, the run itself tells.
    let Claimed::Acquired {
        attempt: begun,
        first_failed,
    } = records.claim(record).await?
    else {
        return Ok(None);
    };
    if begun > tries {
        let never = format!("begun {begun} times, and never done: its process may die of it");
        let held = Some(Held {
            record: record.clone(),
            first_failed,
            lease: Lease::Ends,
        });
        let failure = Failure::permanent(never).of_class("NeverEnds");
        return Ok(Some(Ran {
            attempt: begun,
            end: End::Failed { failure, held },
        }));
    }
    let begins = "begun, and nothing has been heard of it since";
    // Its lease ends when this try began, which claims it anew.
    records.release(record, record.now, begins).await?;
    Ok(None)
}
