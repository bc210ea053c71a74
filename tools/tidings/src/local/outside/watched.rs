//! A consumer that is watched: the page is told of what its function begins.

use std::sync::Arc;

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_console::Feed;
use tidings_core::Envelope;

/// Tells what the consumer of this name begins, and then handles the batch.
pub struct Watched {
    pub name: &'static str,
    pub feed: Option<Arc<Feed>>,
    pub handler: Arc<dyn HandleBatch>,
}

#[async_trait]
impl HandleBatch for Watched {
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        if let Some(feed) = &self.feed {
            let bodies = batch.records.iter().filter_map(|record| record.body.as_deref());
            // What is no event is told when its delivery has ended.
            for event in bodies.filter_map(|body| Envelope::parse(body).ok()) {
                feed.begun(self.name, &event);
            }
        }
        self.handler.handle(batch, deadline).await
    }

    fn paused_until(&self) -> Option<Timestamp> {
        self.handler.paused_until()
    }
}
