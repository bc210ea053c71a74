//! Completing: the record, the effects and the emitted events, all or nothing.

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata as _,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        CancellationReason, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use tidings_core::{
    Entropy, Failure,
    effects::Otherwise,
    protocol::{Record, Refusal, Status, refusal},
};

use super::{
    Completed, IdempotencyTable, Try,
    claim::unreadable,
    conflict_delay,
    item::{self, CLAIMABLE, Item, OWNED, Statement},
    too_many,
};

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

/// How one transaction ended.
enum Ended {
    Committed,
    Record(Option<Record>),
    Effect(Otherwise),
    Conflict(Failure),
}

/// How often a transaction that met another one on the same item is tried again.
const MOST_CONFLICTS: u32 = 8;

impl IdempotencyTable {
    /// Completes the record together with `effects`.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or transactions on the same items keep meeting: transient. More
    /// actions than a transaction takes: permanent.
    pub async fn complete(
        &self,
        attempt: &Try,
        hold: Hold,
        effects: Vec<Effect>,
        entropy: &dyn Entropy,
    ) -> Result<Completed, Failure> {
        if effects.is_empty() {
            return self.complete_alone(attempt, hold).await;
        }
        let (actions, otherwise): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .map(|effect| (effect.action, effect.otherwise))
            .unzip();
        let actions = [vec![self.record_action(attempt, hold)], actions].concat();
        if let Some(failure) = too_many(&actions) {
            return Err(failure);
        }
        for retry in 0.. {
            match self.transact(attempt, &actions, &otherwise).await? {
                Ended::Committed => return Ok(Completed::Done { attempt: 0 }),
                Ended::Record(there) => return refused(there, attempt),
                // The event has been overtaken: only its record is written.
                Ended::Effect(Otherwise::Superseded) => return self.complete_alone(attempt, hold).await,
                Ended::Effect(Otherwise::Fail(failure)) => return Ok(Completed::Refused(failure)),
                Ended::Conflict(failure) if retry == MOST_CONFLICTS => return Err(failure),
                Ended::Conflict(_) => tokio::time::sleep(conflict_delay(retry, entropy.unit())).await,
            }
        }
        unreachable!("the last conflict returns")
    }

    fn statement(&self, attempt: &Try, hold: Hold) -> Statement {
        let completed = Status::Completed.as_str();
        match hold {
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
        }
    }

    /// One `UpdateItem`: half the write units of a transaction.
    async fn complete_alone(&self, attempt: &Try, hold: Hold) -> Result<Completed, Failure> {
        let statement = self.statement(attempt, hold);
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(item::key(&attempt.key)))
            .update_expression(statement.update)
            .condition_expression(statement.condition)
            .set_expression_attribute_values(Some(statement.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(answer) => {
                let record = answer.attributes.as_ref().and_then(item::record);
                Ok(Completed::Done {
                    attempt: record.map_or(0, |record| record.attempts),
                })
            }
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => {
                    refused(refusal.item.as_ref().and_then(item::record), attempt)
                }
                error => Err(error.into()),
            },
        }
    }

    fn record_action(&self, attempt: &Try, hold: Hold) -> TransactWriteItem {
        let statement = self.statement(attempt, hold);
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

    /// One `TransactWriteItems`. Its client token is the try's own, so a request whose answer was lost is
    /// recognised when the SDK repeats it.
    async fn transact(
        &self,
        attempt: &Try,
        actions: &[TransactWriteItem],
        otherwise: &[Option<Otherwise>],
    ) -> Result<Ended, Failure> {
        let transaction = self
            .dynamodb
            .transact_write_items()
            .client_request_token(&attempt.owner)
            .set_transact_items(Some(actions.to_vec()));
        match transaction.send().await {
            Ok(_) => Ok(Ended::Committed),
            Err(error) => match error.into_service_error() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    let why = cancelled.message().unwrap_or("transaction cancelled").to_owned();
                    ended(cancelled.cancellation_reasons(), otherwise, why)
                }
                // Two writes to one item, or a key that is none: the same transaction is refused every time.
                error if error.code() == Some("ValidationException") => Err(Failure::permanent(
                    error.message().unwrap_or("ValidationException"),
                )),
                error => Err(error.into()),
            },
        }
    }
}

/// Reads the reasons of a cancelled transaction: the record's first, then the effects'.
fn ended(
    reasons: &[CancellationReason],
    otherwise: &[Option<Otherwise>],
    why: String,
) -> Result<Ended, Failure> {
    let refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if let Some(record) = reasons.first().filter(|reason| refused(reason)) {
        return Ok(Ended::Record(
            record.item().and_then(|there: &Item| item::record(there)),
        ));
    }
    let effect = reasons
        .iter()
        .skip(1)
        .zip(otherwise)
        .find(|(reason, _)| refused(reason));
    if let Some((_, Some(otherwise))) = effect {
        return Ok(Ended::Effect(otherwise.clone()));
    }
    let again = [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ];
    let code = reasons
        .iter()
        .filter_map(CancellationReason::code)
        .find(|code| *code != "None");
    if let Some(class) = again.into_iter().find(|again| Some(*again) == code) {
        return Ok(Ended::Conflict(Failure::transient(why).of_class(class)));
    }
    match code {
        // An item too large or an expression that does not fit the data: another try cannot help.
        Some("ValidationError" | "ItemCollectionSizeLimitExceeded") => Err(Failure::permanent(why)),
        _ => Err(Failure::transient(why)),
    }
}

/// Why the record could not be completed, from what is there.
fn refused(there: Option<Record>, attempt: &Try) -> Result<Completed, Failure> {
    let there = there.ok_or_else(unreadable)?;
    Ok(match refusal(&there, attempt.now, &attempt.owner) {
        Refusal::OwnCompletion => Completed::Done {
            attempt: there.attempts,
        },
        Refusal::AlreadyDone => Completed::AlreadyDone,
        Refusal::InFlight { until } => Completed::InFlight { until },
    })
}
