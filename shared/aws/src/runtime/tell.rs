//! Telling logs, metrics and whoever else observes how each message ended.

use std::time::Duration;

use jiff::Timestamp;
use tidings_core::{Failure, protocol::Disposition};

use super::{
    Runtime,
    receive::{Delivery, sent},
    run::{End, Ran},
};
use crate::observe::{Handled, Verdict};

/// Tells of the message at `index` of a delivery.
pub(super) fn tell(
    runtime: &Runtime,
    delivery: &Delivery,
    ran: &Ran,
    disposition: &Disposition,
    begun: Timestamp,
    index: usize,
) {
    let failure = match &ran.end {
        End::Failed { failure, .. } => Some(failure),
        End::Done { .. } | End::Duplicate { .. } | End::InFlight { .. } | End::Paused { .. } => None,
    };
    let envelope = delivery.envelope.as_ref().ok();
    let sent = delivery.messages.get(index).and_then(sent);
    let sent = sent.or(envelope.and_then(|envelope| envelope.time));
    let coalesced = index > 0;
    runtime.surroundings.observe.handled(&Handled {
        consumer: runtime.handler.declared.name,
        envelope,
        attempt: ran.attempt,
        verdict: verdict(&ran.end, disposition, coalesced),
        disposition,
        reason: failure.map(Failure::reason),
        class: failure.map(Failure::class),
        age: sent.map(|sent| between(sent, begun)),
        coalesced,
        elapsed: between(begun, runtime.surroundings.now()),
    });
}

fn verdict(end: &End, disposition: &Disposition, coalesced: bool) -> Verdict {
    match (end, disposition) {
        (End::Done { .. }, _) if !coalesced => Verdict::Done,
        (End::Done { .. } | End::Duplicate { .. }, _) => Verdict::Duplicate,
        (End::InFlight { .. }, _) => Verdict::InFlight,
        (End::Paused { .. }, _) => Verdict::Paused,
        (End::Failed { .. }, Disposition::SetAside { .. }) => Verdict::SetAside,
        (End::Failed { .. }, Disposition::Acknowledge) => Verdict::Duplicate,
        (End::Failed { .. }, Disposition::Retry { .. }) => Verdict::Failed,
    }
}

/// How long after `from` is `to`; nothing when clocks disagree.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
