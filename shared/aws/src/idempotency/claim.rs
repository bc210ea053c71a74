//! Claiming: one conditional update, and the protocol's decision on what came back.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use tidings_core::{
    Failure,
    protocol::{Claim, claim},
};

use super::{
    Claimed, IdempotencyTable, Try,
    item::{self, CLAIMABLE, Statement},
};

/// A refused write must show what refused it; without that, nothing may be concluded.
pub(super) fn unreadable() -> Failure {
    Failure::transient(
        "the idempotency table refused a write and did not show a record that it can be read from",
    )
    .of_class("UnreadableRecord")
}

impl IdempotencyTable {
    /// Claims the event for this try, until its lease ends.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn claim(&self, attempt: &Try) -> Result<Claimed, Failure> {
        let assignments = format!("{}, lease_until = :lease", item::begun(":in_progress"));
        let statement = Statement::set(&assignments, CLAIMABLE)
            .begun_by(attempt)
            .time(":lease", attempt.lease_until);
        let update = self
            .update(&attempt.key, statement)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (there, answer, decision) = match update.send().await {
            Ok(answer) => {
                let there = answer.attributes.as_ref().and_then(item::record);
                (there, None, Claim::Acquired)
            }
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => {
                    let there = refusal
                        .item
                        .as_ref()
                        .and_then(item::record)
                        .ok_or_else(unreadable)?;
                    let decision = claim(Some(&there), attempt.now, &attempt.owner);
                    (
                        Some(there),
                        refusal.item.as_ref().and_then(item::answer),
                        decision,
                    )
                }
                error => return Err(error.into()),
            },
        };
        Ok(match decision {
            Claim::Acquired => Claimed::Acquired {
                attempt: there.as_ref().map_or(1, |record| record.attempts),
                first_failed: there.and_then(|record| record.first_failed),
            },
            Claim::AlreadyDone => Claimed::AlreadyDone { answer },
            Claim::InFlight { until } => Claimed::InFlight { until },
        })
    }
}
