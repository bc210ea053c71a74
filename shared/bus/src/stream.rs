//! A table's stream, handed to a handler in batches, as Lambda's event source mapping does: what fails is handed over
//! again from the record that the response names (Lambda with DynamoDB, partial batch responses).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use dynoxide::{
    Database,
    actions::{
        describe_stream::DescribeStreamRequest, get_records::GetRecordsRequest,
        get_shard_iterator::GetShardIteratorRequest, list_streams::ListStreamsRequest,
    },
};
use jiff::Timestamp;
use tidings_aws::{
    event_store::Snapshotter,
    relay::{Relay, TIMEOUT},
};
use tidings_core::catalogue::Table;
use tokio::sync::Mutex;

use crate::{EmbeddedDynamoDb, EmbeddedError};

/// Handles batches of a table's stream.
#[async_trait]
pub trait HandleStream: Send + Sync {
    /// Handles one batch; the response names the first record that failed, if any.
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse;
}

#[async_trait]
impl HandleStream for Relay {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let deadline = self.clock.now().saturating_add(TIMEOUT).unwrap_or(Timestamp::MAX);
        Self::handle(self, batch, deadline).await
    }
}

#[async_trait]
impl HandleStream for Snapshotter {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        Self::handle(self, batch).await
    }
}

/// Polls a table's stream, from its oldest record.
pub struct StreamPoller {
    database: Database,
    stream_arn: String,
    handler: Arc<dyn HandleStream>,
    /// Behind which record to go on; the lock makes polls take turns.
    behind: Mutex<Option<String>>,
}

/// How long the poller waits when there was nothing, or when something failed.
const PAUSE: Duration = Duration::from_millis(20);
const BATCH: usize = 100;

fn refused(error: impl std::fmt::Display) -> EmbeddedError {
    EmbeddedError(error.to_string())
}

impl StreamPoller {
    /// Prepares to poll the stream of `table`.
    ///
    /// # Errors
    /// When the table has no stream.
    pub fn new(
        database: &EmbeddedDynamoDb,
        table: &Table,
        handler: Arc<dyn HandleStream>,
    ) -> Result<Self, EmbeddedError> {
        let database = database.database.clone();
        let request = ListStreamsRequest {
            table_name: Some(table.name.to_owned()),
            ..Default::default()
        };
        let streams = database.list_streams(request).map_err(refused)?.streams;
        let stream = streams
            .into_iter()
            .next()
            .ok_or_else(|| refused(format!("{} has no stream", table.name)))?;
        Ok(Self {
            database,
            stream_arn: stream.stream_arn,
            handler,
            behind: Mutex::new(None),
        })
    }

    /// Polls until the task is ended.
    pub async fn run(&self) {
        loop {
            match self.poll().await {
                Ok(handled) if handled > 0 => {}
                Ok(_) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::error!(%error, "the stream cannot be read");
                    tokio::time::sleep(PAUSE * 50).await;
                }
            }
        }
    }

    /// Hands over one batch; answers how many records it had.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn poll(&self) -> Result<usize, EmbeddedError> {
        let mut behind = self.behind.lock().await;
        let records = self.read(behind.as_deref())?;
        let Some(last) = records.last() else { return Ok(0) };
        let last = last.dynamodb.sequence_number.clone();
        let count = records.len();
        let numbers: Vec<_> = records
            .iter()
            .map(|record| record.dynamodb.sequence_number.clone())
            .collect();
        let event = serde_json::to_value(serde_json::json!({ "Records": records })).map_err(refused)?;
        let response = self
            .handler
            .handle(serde_json::from_value(event).map_err(refused)?)
            .await;
        match response.batch_item_failures.first() {
            None => *behind = Some(last),
            Some(failure) => {
                let failed = numbers
                    .iter()
                    .position(|number| Some(number) == failure.item_identifier.as_ref());
                // An unknown identifier means that all failed.
                if let Some(before) = failed.and_then(|position| position.checked_sub(1)) {
                    *behind = Some(numbers[before].clone());
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(count)
    }

    fn read(
        &self,
        behind: Option<&str>,
    ) -> Result<Vec<dynoxide::actions::get_records::Record>, EmbeddedError> {
        let stream_arn = self.stream_arn.clone();
        let describe = DescribeStreamRequest {
            stream_arn: stream_arn.clone(),
            ..Default::default()
        };
        let shards = self
            .database
            .describe_stream(describe)
            .map_err(refused)?
            .stream_description
            .shards;
        let shard_id = shards
            .into_iter()
            .next()
            .ok_or_else(|| refused("the stream has no shard"))?
            .shard_id;
        let (kind, sequence_number) = match behind {
            None => ("TRIM_HORIZON", None),
            Some(number) => ("AFTER_SEQUENCE_NUMBER", Some(number.to_owned())),
        };
        let iterator = GetShardIteratorRequest {
            stream_arn,
            shard_id,
            shard_iterator_type: kind.to_owned(),
            sequence_number,
        };
        let iterator = self
            .database
            .get_shard_iterator(iterator)
            .map_err(refused)?
            .shard_iterator;
        let Some(shard_iterator) = iterator else {
            return Ok(Vec::new());
        };
        let records = self.database.get_records(GetRecordsRequest {
            shard_iterator,
            limit: Some(BATCH),
        });
        Ok(records.map_err(refused)?.records)
    }
}
