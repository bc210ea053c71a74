//! What was written in which order.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use serde::Deserialize;
use tidings_bus::HandleStream;
use tidings_core::protocol::Status;

use crate::{ledger::Ledger, rule::Rule};

/// **A completed record is never reopened**: reads every change of the idempotency table, in order.
pub(crate) struct History {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) completed: Mutex<BTreeMap<(String, String), bool>>,
}

#[derive(Deserialize)]
struct Change {
    event: String,
    consumer: String,
    record_status: String,
}

#[async_trait]
impl HandleStream for History {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let mut completed = self.completed.lock().unwrap_or_else(PoisonError::into_inner);
        for record in batch.records {
            let Ok(change) = serde_dynamo::from_item::<_, Change>(record.change.new_image) else {
                continue;
            };
            let key = (change.event, change.consumer);
            if completed.get(&key).copied().unwrap_or(false) {
                let seen = format!("{}: {} was written after it was completed", key.1, key.0);
                self.ledger.violation(Rule::StaysCompleted, seen);
            }
            completed.insert(key, change.record_status == Status::Completed.as_str());
        }
        DynamoDbEventResponse::default()
    }
}
