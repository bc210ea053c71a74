//! Settling: what becomes of the messages. Acknowledged, back later, or set aside with the cause.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use tidings_core::{
    Failure,
    protocol::{Disposition, Outcome, settle as decide},
};
use tracing::warn;

use super::{
    Runtime, dead_letter, give_up,
    line::Place,
    receive::{Delivery, receives},
    run::{End, Ran, record_failure},
    tell::tell,
};
use crate::log;

/// What became of the messages of one event.
pub(super) struct Settled {
    /// The ids of those that come back.
    pub(super) back: Vec<String>,
    /// It is in the dead-letter queue.
    pub(super) set_aside: bool,
}

/// Settles the messages of one event.
pub(super) async fn settle(
    runtime: &Runtime,
    delivery: &Delivery,
    place: Option<&Place>,
    mut ran: Ran,
    begun: Timestamp,
) -> Settled {
    log::tried(ran.attempt, delivery.receives());
    let mut disposition = disposition(runtime, &ran.outcome(), delivery.receives());
    if let Some(reason) = give_up::given_up(runtime, delivery, &ran) {
        disposition = Disposition::SetAside { reason };
    }
    if let Disposition::SetAside { reason } = &disposition
        && let Err(error) = dead_letter::set_aside(runtime, delivery, place, &ran, reason).await
        && let End::Failed { failure, .. } = &mut ran.end
    {
        // Nothing may be acknowledged that is not in the dead-letter queue: it comes back.
        *failure = Failure::transient(format!("{reason} (not set aside: {error})")).of_class("NotSetAside");
        disposition = self::disposition(runtime, &ran.outcome(), delivery.receives());
    }
    if let End::Failed {
        failure,
        held: Some(held),
    } = &ran.end
    {
        record_failure(runtime, held, failure, &disposition).await;
    }
    let mut back = Vec::new();
    for (index, message) in delivery.messages.iter().enumerate() {
        // A duplicate shares the event's fate, except that one dead letter is enough.
        let disposition = match &disposition {
            same if index == 0 => same.clone(),
            Disposition::Retry { .. } => self::disposition(runtime, &ran.outcome(), receives(message)),
            Disposition::Acknowledge | Disposition::SetAside { .. } => Disposition::Acknowledge,
        };
        if let Disposition::Retry { after } = disposition {
            postpone(runtime, message, after).await;
            back.push(message.message_id.clone().unwrap_or_default());
        }
        tell(runtime, delivery, &ran, &disposition, begun, index);
    }
    Settled {
        back,
        set_aside: matches!(disposition, Disposition::SetAside { .. }),
    }
}

fn disposition(runtime: &Runtime, outcome: &Outcome, receives: u32) -> Disposition {
    let (now, random) = (runtime.surroundings.now(), runtime.surroundings.entropy.unit());
    let backoff = runtime.handler.declared.settings.backoff;
    decide(outcome, receives, backoff, now, random)
}

/// Where this fails, the message comes back when its queue's visibility time-out ends.
async fn postpone(runtime: &Runtime, message: &SqsMessage, after: Duration) {
    let (Some(postpone), Some(receipt)) = (&runtime.surroundings.postpone, &message.receipt_handle) else {
        return;
    };
    if let Err(error) = postpone.postpone(receipt, after).await {
        warn!(%error, "the backoff is left to the queue's visibility time-out");
    }
}
