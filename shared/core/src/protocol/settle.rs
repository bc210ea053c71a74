//! What becomes of the message.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Failure, backoff::Backoff};

/// How the handling of a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The effect is there and recorded, now or before.
    Done,
    /// Another worker holds the lease.
    InFlight {
        /// When it ends.
        until: Timestamp,
    },
    /// It was not begun: the consumer pauses, because its provider is down ([`crate::breaker`]).
    Paused {
        /// Until then.
        until: Timestamp,
    },
    /// It failed.
    Failed(Failure),
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// It is deleted from its queue.
    Acknowledge,
    /// It comes back.
    Retry {
        /// When.
        after: Duration,
    },
    /// It goes to the dead-letter queue; only when that has succeeded it is deleted from its own.
    SetAside {
        /// Why.
        reason: String,
    },
}

/// SQS hides a message for 12 hours at most, counted from its receive (SQS visibility timeout); an invocation takes up to 15
/// minutes of them.
const LONGEST_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60 - 15 * 60);

/// Decides what becomes of a message that was received `receives` times; `random` is uniform in `0.0..1.0`.
#[must_use]
pub fn settle(
    outcome: &Outcome,
    receives: u32,
    backoff: Backoff,
    now: Timestamp,
    random: f64,
) -> Disposition {
    let after = match outcome {
        Outcome::Done => return Disposition::Acknowledge,
        Outcome::Failed(Failure::Permanent { reason, .. }) => {
            return Disposition::SetAside {
                reason: reason.clone(),
            };
        }
        Outcome::Failed(Failure::Transient {
            after: Some(after), ..
        }) => *after,
        Outcome::Failed(Failure::Transient { after: None, .. }) => backoff.delay(receives, random),
        Outcome::Paused { until } => Duration::try_from(until.duration_since(now))
            .unwrap_or_default()
            .max(Duration::from_secs(1)),
        Outcome::InFlight { until } => {
            Duration::try_from(until.duration_since(now)).unwrap_or_default() + Duration::from_secs(1)
        }
    };
    Disposition::Retry {
        after: after.min(LONGEST_VISIBILITY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(outcome: Outcome) -> Disposition {
        settle(
            &outcome,
            3,
            Backoff::DEFAULT,
            Timestamp::from_second(100).unwrap(),
            0.999,
        )
    }

    #[test]
    fn each_outcome_has_its_disposition() {
        let retry = |seconds| Disposition::Retry {
            after: Duration::from_secs(seconds),
        };
        assert_eq!(settled(Outcome::Done), Disposition::Acknowledge);
        assert_eq!(settled(Outcome::Failed(Failure::transient("down"))), retry(4));
        let named = Failure::transient_after("429", Duration::from_secs(30));
        assert_eq!(settled(Outcome::Failed(named)), retry(30));
        let set_aside = Disposition::SetAside {
            reason: "no such sku".into(),
        };
        assert_eq!(
            settled(Outcome::Failed(Failure::permanent("no such sku"))),
            set_aside
        );
        assert_eq!(
            settled(Outcome::InFlight {
                until: Timestamp::from_second(107).unwrap()
            }),
            retry(8)
        );
        assert_eq!(
            settled(Outcome::InFlight {
                until: Timestamp::from_second(1).unwrap()
            }),
            retry(1)
        );
        let paused = |second| Outcome::Paused {
            until: Timestamp::from_second(second).unwrap(),
        };
        assert_eq!(settled(paused(130)), retry(30));
        assert_eq!(settled(paused(90)), retry(1));
        let far = Failure::transient_after("next week", Duration::from_secs(604_800));
        assert_eq!(settled(Outcome::Failed(far)), retry(42_300));
    }
}
