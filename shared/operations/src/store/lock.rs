//! One operator at a time on a queue: a record that is written under a condition, with a lease.

use std::time::Duration;

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, Store, after, item, key, number, read, text};
use crate::error::{OperationError, Result};

/// How long an operator of whom nothing is heard holds a queue.
pub const LEASE: Duration = Duration::from_secs(60);
/// After so long the lease is renewed.
const RENEWED: Duration = Duration::from_secs(20);

/// A queue, in the hands of one operator.
#[derive(Debug)]
pub struct Lock {
    queue: String,
    holder: Holder,
    /// This process's own: another run of the same act is somebody else.
    token: String,
    renewed: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    who: String,
    act: String,
    since: Timestamp,
}

impl Lock {
    /// The queue.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }
}

impl Store {
    /// Takes a queue. `token` is new for every process.
    ///
    /// # Errors
    /// [`OperationError::Held`] when somebody else has it, and who; and when DynamoDB does not
    /// answer.
    pub async fn take(&self, queue: &str, who: &str, act: &str, token: &str, now: Timestamp) -> Result<Lock> {
        let lock = Lock {
            queue: queue.to_owned(),
            holder: Holder {
                who: who.to_owned(),
                act: act.to_owned(),
                since: now,
            },
            token: token.to_owned(),
            renewed: now,
        };
        let free = "attribute_not_exists(#item) OR lease_until <= :now OR holder_token = :token";
        match self.write(&lock, free, now).await? {
            None => Ok(lock),
            Some(there) => {
                let holder: Holder = read(&there)?;
                let until = there
                    .get("lease_until")
                    .and_then(|until| until.as_n().ok()?.parse().ok());
                Err(OperationError::Held {
                    queue: queue.to_owned(),
                    who: holder.who,
                    act: holder.act,
                    until: until
                        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
                        .unwrap_or(now),
                })
            }
        }
    }

    /// Renews the lease, where it is time to.
    ///
    /// # Errors
    /// [`OperationError::TakenOver`] when somebody else has the queue by now: nothing more may be
    /// done.
    pub async fn renew(&self, lock: &mut Lock, now: Timestamp) -> Result<()> {
        if Duration::try_from(now.duration_since(lock.renewed)).unwrap_or_default() < RENEWED {
            return Ok(());
        }
        match self.write(lock, "holder_token = :token", now).await? {
            None => {
                lock.renewed = now;
                Ok(())
            }
            Some(_) => Err(OperationError::TakenOver(lock.queue.clone())),
        }
    }

    /// Gives a queue back.
    ///
    /// # Errors
    /// When DynamoDB does not answer: the lease lapses then.
    pub async fn give_back(&self, lock: Lock) -> Result<()> {
        let delete = self.dynamodb.delete_item().table_name(&self.table);
        let delete = delete
            .set_key(Some(key(&partition(&lock.queue), "lock")))
            .condition_expression("holder_token = :token")
            .expression_attribute_values(":token", text(&lock.token));
        match delete.send().await {
            Ok(_) => Ok(()),
            // It is another's by now, or nobody's.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Writes the lock under a condition; answers what is there where that does not hold.
    async fn write(&self, lock: &Lock, condition: &str, now: Timestamp) -> Result<Option<Item>> {
        let until = after(now, LEASE);
        let mut written = item(&partition(&lock.queue), "lock", &lock.holder, after(until, LEASE))?;
        written.insert("lease_until".to_owned(), number(until.as_millisecond()));
        written.insert("holder_token".to_owned(), text(&lock.token));
        let put = self.dynamodb.put_item().table_name(&self.table);
        let mut put = put
            .set_item(Some(written))
            .condition_expression(condition)
            .expression_attribute_values(":token", text(&lock.token))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        // DynamoDB refuses a name or a value that the condition does not use.
        if condition.contains("#item") {
            put = put
                .expression_attribute_names("#item", "item")
                .expression_attribute_values(":now", number(now.as_millisecond()));
        }
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Some(refused.item.clone().unwrap_or_default()))
                }
                _ => Err(self.failed(error)),
            },
        }
    }
}

fn partition(queue: &str) -> String {
    format!("lock#{queue}")
}
