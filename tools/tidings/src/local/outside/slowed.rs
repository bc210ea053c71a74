//! A consumer that is made slow: what its function does takes longer.

use std::sync::Arc;

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;

use super::Mishaps;

/// Takes as long as the consumer of this name is made to take, and then handles the batch.
pub struct Slowed {
    pub name: &'static str,
    pub mishaps: Mishaps,
    pub handler: Arc<dyn HandleBatch>,
}

#[async_trait]
impl HandleBatch for Slowed {
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        let delay = self.mishaps.delay(self.name);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        self.handler.handle(batch, deadline).await
    }

    fn paused_until(&self) -> Option<Timestamp> {
        self.handler.paused_until()
    }
}
