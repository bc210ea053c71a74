//! Running an event as its consumer's guarantee says: [`transactional`], [`leased`] and [`natural`] each show theirs whole.

mod fail;
mod guard;
mod leased;
mod natural;
mod perform;
mod transactional;

use jiff::Timestamp;
use tidings_core::{
    Context, Envelope, Failure,
    breaker::Pass,
    protocol::{Outcome, lease_until},
};

pub(in crate::runtime) use fail::record_failure;
pub(in crate::runtime) use guard::{Ended, guarded};

use super::{Runtime, handler::ByGuarantee, receive::Delivery};
use crate::idempotency::{Key, Try};

/// One try of an event by a consumer: what the guarantees share.
pub(super) struct Attempt {
    pub(super) record: Try,
    pub(super) context: Context,
    pub(super) deadline: Timestamp,
    /// The breaker has let it through.
    pub(super) pass: Option<Pass>,
}

/// How a try ended.
pub(super) struct Ran {
    /// Which try it was: as the record counts, or as the queue counts where nothing was recorded; 0 where it was not begun.
    pub(super) attempt: u32,
    pub(super) end: End,
}

pub(super) enum End {
    /// The effect is there and recorded, by this try.
    Done { answer: Option<String> },
    /// It was there before; what was answered then is answered again.
    Duplicate { answer: Option<String> },
    /// Another worker has the event.
    InFlight { until: Timestamp },
    /// It was not begun: the consumer's provider is down.
    Paused { until: Timestamp },
    /// It failed. Where this try holds the event's record, the failure is to be recorded there.
    Failed { failure: Failure, held: Option<Held> },
}

/// The record of an event, held by the try that failed.
pub(super) struct Held {
    pub(super) record: Try,
    pub(super) first_failed: Option<Timestamp>,
    pub(super) lease: Lease,
}

/// What becomes of the lease of a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lease {
    /// It ends now: nothing has happened outside, or the handler says that it may be begun again.
    Ends,
    /// It lapses by itself: something may have happened outside, and nobody may begin it again before.
    Lapses,
}

/// Runs one event.
pub(super) async fn run(runtime: &Runtime, attempt: Attempt) -> Ran {
    match &runtime.handler.call.0 {
        ByGuarantee::Transactional(handler) => transactional::run(runtime, &**handler, attempt).await,
        ByGuarantee::Leased(handler) => leased::run(runtime, &**handler, attempt).await,
        ByGuarantee::Natural(handler) => natural::run(runtime, &**handler, attempt).await,
    }
}

impl Attempt {
    pub(super) fn begin(
        runtime: &Runtime,
        delivery: &Delivery,
        event: &Envelope,
        now: Timestamp,
        deadline: Timestamp,
        pass: Option<Pass>,
    ) -> Self {
        let consumer = runtime.handler.declared.name;
        Self {
            record: Try {
                key: Key {
                    event: event.key(),
                    consumer,
                },
                owner: runtime.surroundings.token(),
                now,
                lease_until: lease_until(deadline),
                sent: delivery.sent().or(event.time).unwrap_or(now),
            },
            context: Context {
                envelope: event.clone(),
                consumer,
                attempt: delivery.receives(),
                now,
            },
            deadline,
            pass,
        }
    }
}

impl Ran {
    /// It failed, and this try holds no record of it.
    pub(super) fn failed(attempt: u32, failure: Failure) -> Self {
        let end = End::Failed { failure, held: None };
        Self { attempt, end }
    }

    /// What the protocol decides by.
    pub(super) fn outcome(&self) -> Outcome {
        match &self.end {
            End::Done { .. } | End::Duplicate { .. } => Outcome::Done,
            End::InFlight { until } => Outcome::InFlight { until: *until },
            End::Paused { until } => Outcome::Paused { until: *until },
            End::Failed { failure, .. } => Outcome::Failed(failure.clone()),
        }
    }
}
