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

/// What a try that failed leaves.
struct Ended {
    status: Status,
    lease_until: Timestamp,
    /// When the message comes back.
    back: Option<Timestamp>,
}

impl IdempotencyTable {
    /// Ends the lease now, so that the next delivery may claim the event, and keeps what went wrong, and when the message comes
    /// back, where that is known. `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer; the lease then ends by itself.
    pub async fn release(
        &self,
        attempt: &Try,
        now: Timestamp,
        error: &str,
        back: Option<Timestamp>,
    ) -> Result<bool, Failure> {
        let ended = Ended {
            status: Status::InProgress,
            lease_until: now,
            back,
        };
        self.fail(attempt, ended, now, error).await
    }

    /// Keeps what went wrong, and leaves the lease to lapse: what the try began outside may be there.
    /// `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note(
        &self,
        attempt: &Try,
        now: Timestamp,
        error: &str,
        back: Option<Timestamp>,
    ) -> Result<bool, Failure> {
        let ended = Ended {
            status: Status::InProgress,
            lease_until: attempt.lease_until,
            back,
        };
        self.fail(attempt, ended, now, error).await
    }

    /// Records that the message is in the dead-letter queue; to be called when it is. A redrive may claim the
    /// event again. `false` means that the lease had been lost, and nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn set_aside(&self, attempt: &Try, now: Timestamp, error: &str) -> Result<bool, Failure> {
        let ended = Ended {
            status: Status::Failed,
            lease_until: now,
            back: None,
        };
        self.fail(attempt, ended, now, error).await
    }

    async fn fail(&self, attempt: &Try, ended: Ended, now: Timestamp, error: &str) -> Result<bool, Failure> {
        let mut assignments = "record_status = :status, lease_until = :lease, expires = :expires, \
             first_failed_at = if_not_exists(first_failed_at, :now), \
             first_error = if_not_exists(first_error, :error), last_error = :error, unheard = :zero"
            .to_owned();
        if ended.back.is_some() {
            assignments += ", next_try_at = :back";
        }
        let statement = Statement::set(&assignments, OWNED)
            .text(":status", ended.status.as_str())
            .text(":owner", &attempt.owner)
            .text(":in_progress", Status::InProgress.as_str())
            .text(":error", shortened(error))
            .time(":now", now)
            .value(":zero", number(0))
            .time(":lease", ended.lease_until)
            .value(":expires", number(expires(now).as_second()));
        let statement = match ended.back {
            Some(back) => statement.time(":back", back),
            None => statement,
        };
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
