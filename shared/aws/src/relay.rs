//! The relay: publishes what has entered the outbox, as the table's stream tells.

use std::sync::Arc;

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use serde_dynamo::AttributeValue;
use tidings_core::{Clock, Envelope, Failure, ports::Publish};
use tracing::{error, info, warn};

use crate::outbox::Outbox;

/// Publishes outbox entries.
pub struct Relay {
    /// Where to.
    pub topic: Arc<dyn Publish>,
    /// The outbox, to mark what is published.
    pub outbox: Outbox,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Relay {
    /// Handles one batch of stream records. The response names the first record that failed; the stream then
    /// comes back to it and to all behind it (AWS: Lambda with DynamoDB, partial batch responses). What is
    /// published a second time keeps its id, so consumers recognise it.
    pub async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let mut response = DynamoDbEventResponse::default();
        let entries = batch
            .records
            .iter()
            .filter(|record| record.event_name == "INSERT");
        let (mut events, mut sequence) = (Vec::new(), Vec::new());
        let mut first_failed = None;
        for record in entries {
            match entered(record) {
                Ok(event) => {
                    events.push(event);
                    sequence.push(record.change.sequence_number.clone());
                }
                // Nothing helps it, and it must not hold up the others: it stays in the table, unpublished.
                Err(reason) => error!(record = record.event_id, reason, "an outbox entry cannot be read"),
            }
        }
        for ((event, result), number) in events.iter().zip(self.topic.publish(&events).await).zip(sequence) {
            match result {
                Ok(()) => self.published(event).await,
                Err(error) => {
                    warn!(event_id = event.id, event_type = event.event_type, %error, "not published; comes back");
                    first_failed = Some(number);
                    break;
                }
            }
        }
        if let Some(number) = first_failed {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = number;
            response.batch_item_failures.push(failure);
        }
        response
    }

    /// Publishes what waits in the outbox ([`Outbox::waiting`]), for a database whose stream invokes nobody. Answers how many
    /// events were published; one that was not stays, and is tried by the next call.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub async fn publish_waiting(&self) -> Result<usize, Failure> {
        let events = self.outbox.waiting().await?;
        let results = self.topic.publish(&events).await;
        let mut published = 0;
        for (event, result) in events.iter().zip(results) {
            match result {
                Ok(()) => {
                    self.published(event).await;
                    published += 1;
                }
                Err(error) => {
                    warn!(event_id = event.id, event_type = event.event_type, %error, "not published; stays in the outbox");
                }
            }
        }
        Ok(published)
    }

    async fn published(&self, event: &Envelope) {
        info!(
            event_id = event.id,
            event_type = event.event_type,
            correlation_id = event.correlation_id(),
            causation_id = event.causationid.as_deref(),
            "published"
        );
        if let Err(failure) = self.outbox.mark_published(event, self.clock.now()).await {
            warn!(
                event_id = event.id,
                reason = failure.reason(),
                "published, but not marked as such"
            );
        }
    }
}

fn entered(record: &EventRecord) -> Result<Envelope, String> {
    match record.change.new_image.get("envelope") {
        Some(AttributeValue::S(text)) => Envelope::parse(text).map_err(|error| error.to_string()),
        _ => Err("it has no attribute `envelope`".to_owned()),
    }
}
