//! What operators have done: each act, before it begins and as it goes on.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;

use super::{ACTS_KEPT, Store, after, key, number, text};
use crate::{
    act::Act,
    error::{OperationError, Result},
};

const ACTS: &str = "acts";

impl Store {
    /// Writes an act as it is now; whether it is to be ended stays as somebody has said.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note_act(&self, act: &Act, now: Timestamp) -> Result<()> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(ACTS, &act.id)))
            .update_expression("SET document = :document, expires = :expires")
            .expression_attribute_values(":document", text(serde_json::to_string(act)?))
            .expression_attribute_values(":expires", number(after(now, ACTS_KEPT).as_second()));
        update.send().await.map(drop).map_err(|error| self.failed(error))
    }

    /// An act, and whether somebody has said that it is to be ended.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or there is no such act.
    pub async fn act(&self, id: &str) -> Result<Act> {
        let act: Option<Act> = self.one(ACTS, id).await?;
        act.ok_or_else(|| OperationError::Refused(format!("there is no act {id} (`tidings dlq history`)")))
    }

    /// Whether somebody has said that an act is to be ended.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn is_cancelled(&self, id: &str) -> Result<bool> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.set_key(Some(key(ACTS, id))).consistent_read(true);
        let item = get.send().await.map_err(|error| self.failed(error))?.item;
        Ok(item.is_some_and(|item| item.contains_key("cancelled_by")))
    }

    /// Says that an act is to be ended: its operator stops at the next letter.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or there is no such act.
    pub async fn cancel(&self, id: &str, who: &str) -> Result<()> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(ACTS, id)))
            .update_expression("SET cancelled_by = :who")
            .condition_expression("attribute_exists(document)")
            .expression_attribute_values(":who", text(who));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Err(OperationError::Refused(
                    format!("there is no act {id} (`tidings dlq history`)"),
                )),
                _ => Err(self.failed(error)),
            },
        }
    }

    /// Takes back that an act is to be ended: it is to go on.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn uncancel(&self, id: &str) -> Result<()> {
        let update = self.dynamodb.update_item().table_name(&self.table);
        let update = update
            .set_key(Some(key(ACTS, id)))
            .update_expression("REMOVE cancelled_by");
        update.send().await.map(drop).map_err(|error| self.failed(error))
    }

    /// The last acts, the newest first.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn acts(&self, most: usize) -> Result<Vec<Act>> {
        self.all(ACTS, true, most).await
    }
}
