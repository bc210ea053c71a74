//! A completed record as a write: alone, or among the actions of a transaction.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use tidings_core::{Failure, protocol::Status};

use super::{
    Completed, Hold, IdempotencyTable, Try,
    commit::refused,
    item::{self, CLAIMABLE, OWNED, Statement},
};

impl IdempotencyTable {
    fn statement(&self, attempt: &Try, hold: Hold, answer: Option<&str>) -> Statement {
        let completed = Status::Completed.as_str();
        let statement = match hold {
            Hold::Nothing => Statement::set(
                &format!("{}, completed_at = :now", item::begun(":completed")),
                CLAIMABLE,
            )
            .begun_by(attempt)
            .text(":completed", completed),
            Hold::Lease => Statement::set("record_status = :completed, completed_at = :now", OWNED)
                .text(":owner", &attempt.owner)
                .text(":in_progress", Status::InProgress.as_str())
                .text(":completed", completed)
                .time(":now", attempt.now),
        };
        statement.and("answer", answer)
    }

    /// One `UpdateItem`: half the write units of a transaction.
    pub(super) async fn complete_alone(
        &self,
        attempt: &Try,
        hold: Hold,
        answer: Option<&str>,
    ) -> Result<Completed, Failure> {
        let statement = self.statement(attempt, hold, answer);
        let update = self
            .update(&attempt.key, statement)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(answer) => {
                let record = answer.attributes.as_ref().and_then(item::record);
                Ok(Completed::Done {
                    tries: record.map_or(0, |record| record.attempts),
                })
            }
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => {
                    refused(refusal.item.as_ref(), attempt)
                }
                error => Err(error.into()),
            },
        }
    }

    pub(super) fn record_action(&self, attempt: &Try, hold: Hold, answer: Option<&str>) -> TransactWriteItem {
        let statement = self.statement(attempt, hold, answer);
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(item::key(&attempt.key)))
            .update_expression(statement.update)
            .condition_expression(statement.condition)
            .set_expression_attribute_values(Some(statement.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder()
            .update(update.build().expect("table, key and expression are set"))
            .build()
    }
}
