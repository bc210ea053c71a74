//! Giving up: what has been tried often enough, or has waited until its queue is about to drop it, is set aside with its cause.
//!
//! Queues leave it to the runtime ([`RECEIVES`](tidings_core::catalogue::RECEIVES)). To the redrive policy, what was only received is as spent
//! as what was tried: during a pause, or behind a message of its group.

use std::time::Duration;

use jiff::Timestamp;
use tidings_core::{
    Failure,
    catalogue::{FIFO_RETENTION, RETENTION},
};

use super::{
    Runtime,
    line::Place,
    receive::Delivery,
    run::{Attempt, End, Held, Lease, Ran},
};
use crate::idempotency::Claimed;

/// A message leaves its queue this long before the queue drops it: longer than it can be hidden.
const LAST: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a message is given up that has failed once more; none if it may come back. What counts are the tries that its record tells of, and of
/// a message that was redriven, not those before. While the consumer pauses, the provider is to blame, and not the message.
pub(super) fn given_up(runtime: &Runtime, delivery: &Delivery, ran: &Ran) -> Option<String> {
    let tries = runtime.handler.declared.settings.tries();
    let tried = ran.attempt.saturating_sub(delivery.spent());
    match &ran.end {
        End::Failed {
            failure: failure @ Failure::Transient { .. },
            held: Some(_),
        } if tried.min(delivery.receives()) >= tries
            && runtime.breaker.paused_until(runtime.surroundings.now()).is_none() =>
        {
            let reason = failure.reason();
            Some(format!("{reason} (given up: tried {} times)", ran.attempt))
        }
        _ => None,
    }
}

/// What would come back, and may not find its queue holding it any more, fails for good. In a FIFO queue only where it is known how it stands
/// in line, so that nothing passes it.
pub(super) fn too_old(delivery: &Delivery, place: Option<&Place>, ran: Ran, now: Timestamp) -> Ran {
    if delivery.group().is_some() && place.is_none() {
        return ran;
    }
    let kept = match delivery.group() {
        Some(_) => FIFO_RETENTION,
        None => RETENTION,
    } - LAST;
    let age = delivery.sent().map(|sent| now.duration_since(sent));
    let age = age.and_then(|age| Duration::try_from(age).ok());
    if age.is_none_or(|age| age < kept) {
        return ran;
    }
    let (why, held) = match ran.end {
        End::Failed {
            failure: failure @ Failure::Transient { .. },
            held,
        } => (failure.reason().to_owned(), held),
        End::Paused { until } => (
            format!("never begun: the consumer pauses until {until}, its provider is down"),
            None,
        ),
        _ => return ran,
    };
    let hours = kept.as_secs() / 3600;
    let failure = Failure::permanent(format!(
        "{why} (given up: its queue has kept it for {hours} hours, and will drop it)"
    ));
    let failure = failure.of_class("TooOld");
    Ran {
        end: End::Failed { failure, held },
        ..ran
    }
}

/// Counts a try before it begins, where the message was received more often than it may be tried: it may only have waited, but it can also be
/// one of which its process dies, and then nothing has been recorded. Answers how it ends if nothing was heard of it too often.
///
/// # Errors
/// When the table does not answer.
pub(super) async fn count(runtime: &Runtime, attempt: &Attempt) -> Result<Option<Ran>, Failure> {
    let tries = runtime.handler.declared.settings.tries();
    if attempt.context.attempt <= tries {
        return Ok(None);
    }
    let (records, record) = (&runtime.surroundings.records, &attempt.record);
    // One that is done, or another worker's, the run itself tells.
    let Some(unheard) = records.begin(record).await? else {
        return Ok(None);
    };
    if unheard <= tries {
        // What is in a batch with the message that kills dies with it, and is begun as often. Once they come one by one, only that one does.
        let apart = unheard > tries / 2 && runtime.surroundings.entropy.unit() < 0.5;
        let apart = apart.then(|| {
            Failure::transient("nothing was heard of its last tries: it is to be tried apart from others")
        });
        return Ok(apart.map(|failure| Ran::failed(0, failure.of_class("Unheard"))));
    }
    let Claimed::Acquired {
        attempt: tried,
        first_failed,
    } = records.claim(record).await?
    else {
        return Ok(None);
    };
    let never = format!("begun {unheard} times, and nothing was heard of it: its process may die of it");
    let held = Some(Held {
        record: record.clone(),
        first_failed,
        lease: Lease::Ends,
    });
    let failure = Failure::permanent(never).of_class("Unheard");
    let end = End::Failed { failure, held };
    Ok(Some(Ran { attempt: tried, end }))
}
