//! Completing: the record, the effects and the emitted events, all or nothing.

use aws_sdk_dynamodb::types::TransactWriteItem;
use tidings_core::{
    Entropy, Failure,
    effects::Otherwise,
    protocol::{Refusal, refusal},
};

use super::{Completed, IdempotencyTable, Try, claim::unreadable, item};
use crate::transaction::{self, Ended};

/// One write of the transaction besides the record, and what it means that its condition fails.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The write.
    pub action: TransactWriteItem,
    /// What a failed condition means; none where the write has no condition.
    pub otherwise: Option<Otherwise>,
}

/// What the try holds when it completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Nothing: the record is claimed and completed in one write (transactional).
    Nothing,
    /// A lease (leased).
    Lease,
}

impl IdempotencyTable {
    /// Completes the record together with `effects`, and keeps `answer` in it.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or transactions on the same items keep meeting: transient. More
    /// actions than a transaction takes: permanent.
    pub async fn complete(
        &self,
        attempt: &Try,
        hold: Hold,
        effects: Vec<Effect>,
        answer: Option<&str>,
        entropy: &dyn Entropy,
    ) -> Result<Completed, Failure> {
        if effects.is_empty() {
            return self.complete_alone(attempt, hold, answer).await;
        }
        let (actions, otherwise): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .map(|effect| (effect.action, effect.otherwise))
            .unzip();
        let actions = [vec![self.record_action(attempt, hold, answer)], actions].concat();
        // The token is the try's own: no other try writes the same.
        match transaction::commit(&self.dynamodb, &attempt.owner, &actions, entropy).await? {
            Ended::Committed => Ok(Completed::Done { tries: 0 }),
            Ended::Refused { action: 0, there, .. } => refused(there.as_ref(), attempt),
            Ended::Refused { action, .. } => match otherwise.into_iter().nth(action - 1).flatten() {
                // The event has been overtaken: only its record is written.
                Some(Otherwise::Superseded) => Ok(match self.complete_alone(attempt, hold, None).await? {
                    Completed::Done { tries } => Completed::Superseded { tries },
                    other => other,
                }),
                Some(Otherwise::Instead(effects)) => Ok(Completed::Instead(effects)),
                Some(Otherwise::Fail(failure)) => Ok(Completed::Refused(failure)),
                None => Err(Failure::transient(
                    "a write without a condition was refused for its condition",
                )),
            },
        }
    }
}

/// Why the record could not be completed, from what is there.
pub(super) fn refused(item: Option<&item::Item>, attempt: &Try) -> Result<Completed, Failure> {
    let there = item.and_then(item::record).ok_or_else(unreadable)?;
    Ok(match refusal(&there, attempt.now, &attempt.owner) {
        Refusal::OwnCompletion => Completed::Done {
            tries: there.attempts,
        },
        Refusal::AlreadyDone => Completed::AlreadyDone {
            answer: item.and_then(item::answer),
        },
        Refusal::InFlight { until } => Completed::InFlight { until },
    })
}
