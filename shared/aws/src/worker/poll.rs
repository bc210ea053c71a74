//! The loop: receive, hand over, acknowledge.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use aws_sdk_sqs::types::Message;
use jiff::Timestamp;
use tidings_core::{Entropy as _, Failure, backoff::Backoff, catalogue::Settings, clock::SystemEntropy};
use tokio::{
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{Source, acknowledge::delete, message::received};
use crate::{HandleBatch, runtime::acknowledged};

/// A batch that has not answered this long after its deadline is abandoned: Lambda would have killed it.
const GRACE: Duration = Duration::from_millis(200);
/// How long a worker that is told to stop waits for the answer to the receive that is under way.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// What the event source mapping and the function would be configured with.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a batch may take.
    pub timeout: Duration,
    /// Messages in a batch, at most; never more than the 10 that SQS hands out at once.
    pub batch_size: u32,
    /// Batches at once, at most.
    pub maximum_concurrency: usize,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            timeout: settings.timeout,
            batch_size: settings.batch_size,
            maximum_concurrency: (settings.maximum_concurrency as usize).max(1),
        }
    }
}

/// A queue, and who handles its messages.
pub struct Worker {
    source: Source,
    handler: Arc<dyn HandleBatch>,
    limits: Limits,
}

impl Worker {
    /// Lets `handler` handle what is in the queue. Its runtime must postpone by [`Source::postpone`].
    #[must_use]
    pub fn new(source: Source, handler: Arc<dyn HandleBatch>, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            source,
            handler,
            limits,
        })
    }

    /// Polls until `stop` is cancelled. Then nothing more is received, and what is in hand is finished, which its deadline
    /// bounds. When this future is dropped, batches in hand are dropped with it; they come back.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut renewing = JoinSet::new();
        let held = self.source.held().clone();
        renewing.spawn(async move { held.renew().await });

        let mut batches = JoinSet::new();
        let mut failures = 0;
        while !stop.is_cancelled() {
            if batches.len() >= self.limits.maximum_concurrency {
                tokio::select! {
                    ended = batches.join_next() => self.ended(ended),
                    () = stop.cancelled() => {}
                }
                continue;
            }
            if let Some(left) = self.paused() {
                tokio::select! {
                    () = sleep(left) => {}
                    () = stop.cancelled() => {}
                }
                continue;
            }
            match self.receive(&stop).await {
                Ok(messages) => {
                    failures = 0;
                    if !messages.is_empty() {
                        batches.spawn(self.clone().handle(messages));
                    }
                }
                Err(failure) => {
                    failures += 1;
                    self.pause(&failure, failures, &stop).await;
                }
            }
            while let Some(ended) = batches.try_join_next() {
                self.ended(Some(ended));
            }
        }
        while let Some(ended) = batches.join_next().await {
            self.ended(Some(ended));
        }
    }

    /// How long the consumer pauses, because its provider is down: what is not received costs no receive.
    fn paused(&self) -> Option<Duration> {
        let until = self.handler.paused_until()?;
        let left = Duration::try_from(until.duration_since(Timestamp::now())).ok()?;
        (!left.is_zero()).then_some(left)
    }

    /// One receive. One that answers after `stop` is given back: its messages are visible again at once, for another worker.
    /// What SQS hands out after [`LAST_ANSWER`], to nobody, comes back when it is no longer hidden.
    async fn receive(&self, stop: &CancellationToken) -> Result<Vec<Message>, Failure> {
        let mut receiving = Box::pin(self.source.receive(self.limits.batch_size));
        tokio::select! {
            biased;
            received = &mut receiving => return Ok(received?),
            () = stop.cancelled() => {}
        }
        // An error, or no answer, leaves nothing to give back.
        if let Ok(Ok(messages)) = timeout(LAST_ANSWER, receiving).await
            && !messages.is_empty()
        {
            let held = self.source.held();
            held.hide(&receipts(&messages), Duration::ZERO).await;
        }
        Ok(Vec::new())
    }

    async fn handle(self: Arc<Self>, messages: Vec<Message>) {
        let limit = self.limits.timeout;
        let held = self.source.held();
        let holding = held.hold(receipts(&messages), limit + GRACE);
        let deadline = Timestamp::now().saturating_add(limit).unwrap_or(Timestamp::MAX);
        let messages = messages.into_iter();
        let mut batch = SqsEvent::default();
        batch.records = messages
            .map(|message| received(message, self.source.arn()))
            .collect();
        let ids: Vec<(String, String)> = batch
            .records
            .iter()
            .map(|record| {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                (text(&record.message_id), text(&record.receipt_handle))
            })
            .collect();

        let queue = self.source.name();
        let Ok(response) = timeout(limit + GRACE, self.handler.handle(batch, deadline)).await else {
            return error!(queue, "the batch was not done by its deadline, and comes back");
        };
        drop(holding);
        match acknowledged(&response, ids.iter().map(|(id, _)| id.clone())) {
            Ok(done) => {
                let done = ids.into_iter().filter(|(id, _)| done.contains(id));
                let done: Vec<_> = done.map(|(_, receipt)| receipt).collect();
                delete(self.source.sqs(), self.source.url(), &done).await;
            }
            Err(error) => error!(queue, %error, "all come back"),
        }
    }

    /// Waits a while before the next receive, longer each time in a row.
    async fn pause(&self, failure: &Failure, failures: u32, stop: &CancellationToken) {
        let pause = Backoff::DEFAULT.delay(failures, SystemEntropy.unit());
        let (queue, pause_seconds) = (self.source.name(), pause.as_secs());
        warn!(
            queue,
            reason = failure.reason(),
            pause_seconds,
            "nothing could be received"
        );
        tokio::select! {
            () = sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }

    /// A batch whose handler panicked as a whole comes back, as one whose function failed does.
    fn ended(&self, ended: Option<Result<(), JoinError>>) {
        if let Some(Err(error)) = ended {
            error!(queue = self.source.name(), %error, "the batch was not handled, and comes back");
        }
    }
}

fn receipts(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .filter_map(|message| message.receipt_handle.clone())
        .collect()
}
