//! Ending a try that failed: releasing the event for the next one, or recording that it was set aside.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;
use tidings_core::{Failure, protocol::Status};

use super::{
    IdempotencyTable, Try, expires,
    item::{OWNED, Statement},
    number,
};

/// The longest error text that a record keeps, in bytes.
const LONGEST_ERROR: usize = 1024;

impl IdempotencyTable {
    /// Ends the lease now, so that the next delivery may claim the event, and keeps what went wrong.
    /// `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer; the lease then ends by itself.
    pub async fn release(&self, attempt: &Try, now: Timestamp, error: &str) -> Result<bool, Failure> {
        self.fail(attempt, Status::InProgress, now, now, error).await
    }

    /// Keeps what went wrong, and leaves the lease to lapse: what the try began outside may be there.
    /// `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note(&self, attempt: &Try, now: Timestamp, error: &str) -> Result<bool, Failure> {
        self.fail(attempt, Status::InProgress, now, attempt.lease_until, error)
            .await
    }

    /// Records that the message is in the dead-letter queue; to be called when it is. A redrive may claim the
    /// event again. `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn set_aside(&self, attempt: &Try, now: Timestamp, error: &str) -> Result<bool, Failure> {
        self.fail(attempt, Status::Failed, now, now, error).await
    }

    async fn fail(
        &self,
        attempt: &Try,
        status: Status,
        now: Timestamp,
        lease_until: Timestamp,
        error: &str,
    ) -> Result<bool, Failure> {
        let assignments = "record_status = :status, lease_until = :lease, expires = :expires, \
             first_failed_at = if_not_exists(first_failed_at, :now), \
             first_error = if_not_exists(first_error, :error), last_error = :error, unheard = :zero";
        let statement = Statement::set(assignments, OWNED)
            .text(":status", status.as_str())
            .text(":owner", &attempt.owner)
            .text(":in_progress", Status::InProgress.as_str())
            .text(":error", shortened(error))
            .time(":now", now)
            .value(":zero", number(0))
            .time(":lease", lease_until)
            .value(":expires", number(expires(now).as_second()));
        match self.update(&attempt.key, statement).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(false),
                error => Err(error.into()),
            },
        }
    }
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_ERROR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
