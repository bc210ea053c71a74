//! Counting that a try begins, for a message whose tries may end with their processes.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnValue};
use tidings_core::Failure;

use super::{
    IdempotencyTable, Try,
    item::{self, CLAIMABLE, Statement},
};

impl IdempotencyTable {
    /// Counts that this try begins, and claims nothing. Answers how many have begun since one was last heard of, with this one; none where
    /// the event is done, or another worker's.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient.
    pub async fn begin(&self, attempt: &Try) -> Result<Option<u32>, Failure> {
        // Its lease has ended when it begins: what runs now claims it anew.
        let assignments = "record_status = :in_progress, owner_token = :owner, claimed_at = :now, lease_until = :now, \
             expires = :expires, sent_at = if_not_exists(sent_at, :sent), attempts = if_not_exists(attempts, :zero), \
             unheard = if_not_exists(unheard, :zero) + :one";
        let statement = Statement::set(assignments, CLAIMABLE).begun_by(attempt);
        let update = self
            .update(&attempt.key, statement)
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(answer) => Ok(answer.attributes.as_ref().and_then(item::unheard)),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(None),
                error => Err(error.into()),
            },
        }
    }
}
