//! A worker: one consumer in the real runtime, as one instance of its function.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use tidings_aws::{
    HandleBatch as _, Handler, Runtime, TableNames,
    idempotency::{IdempotencyTable, Key},
    outbox::Outbox,
    runtime::{Replies, Surroundings},
};
use tidings_bus::{EmbeddedDynamoDb, REPLY_PREFIX};
use tidings_core::{
    Clock as _, Entropy as _, Envelope,
    catalogue::{IDEMPOTENCY, OUTBOX, Resource},
    consumer::Declared,
    ports::DeadLetter,
    protocol::Record,
};

use crate::{Bench, Death, Ended, Message, ended::ended, transport::Transport, wire::Wire};

/// A consumer at work on a [`Bench`]. Workers of one consumer share its records, as the instances of a function do, and each handles
/// one batch at a time.
pub struct Worker {
    bench: Bench,
    runtime: Runtime,
    transport: Arc<Transport>,
    wire: Wire,
}

/// A queue hides a received message for this many time-outs of its function (AWS: Lambda with SQS, configuring a queue).
const VISIBILITY_FACTOR: u32 = 6;

impl Worker {
    pub(crate) fn new(bench: Bench, consumer: Handler) -> Self {
        let uses = consumer.declared().uses;
        let transport: Arc<Transport> = Arc::default();
        let wire = Wire::to(bench.database().connector());
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(EmbeddedDynamoDb::config(wire.clone()).build());
        let surroundings = Surroundings {
            records: IdempotencyTable::new(dynamodb.clone(), IDEMPOTENCY.name),
            tables: TableNames::as_declared(uses),
            outbox: Some(Outbox::new(dynamodb, OUTBOX.name)),
            claim_check: bench.claim_check().filter(|_| consumer.declared().claim_check),
            replies: Some(Replies {
                prefix: REPLY_PREFIX.to_owned(),
                reply: transport.clone(),
            }),
            keyring: Resource::personal_among(uses).then(|| bench.keyring()),
            postpone: Some(transport.clone()),
            dead_letters: Some(transport.clone()),
            clock: bench.clock(),
            entropy: bench.entropy(),
            observe: transport.clone(),
        };
        Self {
            bench,
            runtime: Runtime::new(consumer, surroundings),
            transport,
            wire,
        }
    }

    fn declared(&self) -> &Declared {
        self.runtime.declared()
    }

    /// Delivers a batch, with the consumer's time-out to go. Answers how each message ended, in their order.
    pub async fn deliver<M: Into<Message>>(&self, batch: impl IntoIterator<Item = M>) -> Vec<Ended> {
        self.deliver_within(self.declared().settings.timeout, batch).await
    }

    /// Delivers a batch with `time` to go before the function is killed. A handler that hangs does so in real time, unless the test
    /// runs on tokio's paused clock (`#[tokio::test(start_paused = true)]`).
    pub async fn deliver_within<M: Into<Message>>(
        &self,
        time: Duration,
        batch: impl IntoIterator<Item = M>,
    ) -> Vec<Ended> {
        let batch = self.receive(batch);
        let letters_before = self.transport.seen().letters.len();
        let response = self
            .runtime
            .handle(event(batch.clone()), self.bench.clock().now() + time)
            .await;
        let visibility = self.declared().settings.timeout * VISIBILITY_FACTOR;
        ended(
            &batch,
            response,
            &mut self.transport.seen(),
            letters_before,
            visibility,
        )
    }

    /// Delivers a batch to a worker that dies while it handles it: the first event that comes to its completion gets no further, and
    /// no message is acknowledged. The worker may be used again, as if it had been started anew.
    ///
    /// # Panics
    /// When no event comes to a completion: it fails, is a duplicate, or the consumer is natural and completes nothing.
    pub async fn deliver_and_die<M: Into<Message>>(&self, death: Death, batch: impl IntoIterator<Item = M>) {
        let batch = event(self.receive(batch));
        self.wire.dies(Some(death));
        let deadline = self.bench.clock().now() + self.declared().settings.timeout;
        tokio::select! {
            response = self.runtime.handle(batch, deadline) => {
                panic!("{} lives: no event of the batch came to its completion; {response:?}", self.declared().name)
            }
            () = self.wire.died() => {}
        }
        self.wire.dies(None);
        // What it told dies with it.
        self.transport.seen().told.clear();
    }

    /// The dead-letter queue takes nothing from now on, or takes letters again.
    pub fn dead_letter_queue_is_down(&self, down: bool) {
        self.transport.dead_letters_down.store(down, Ordering::Relaxed);
    }

    /// What this worker has put into the dead-letter queue.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.transport.seen().letters.clone()
    }

    /// Reply queues take nothing from now on, or take answers again.
    pub fn reply_queues_are_down(&self, down: bool) {
        self.transport.replies_down.store(down, Ordering::Relaxed);
    }

    /// The answers that this worker has sent, each with the reply queue that it was sent to. The queues' names begin with `replies-`.
    #[must_use]
    pub fn answers(&self) -> Vec<(String, Envelope)> {
        self.transport.seen().answers.clone()
    }

    /// What the idempotency table knows of an event at this consumer: status, attempts, last error.
    pub async fn record(&self, event: &Envelope) -> Option<Record> {
        let key = Key {
            event: event.key(),
            consumer: self.declared().name,
        };
        let records = IdempotencyTable::new(self.bench.dynamodb(), IDEMPOTENCY.name);
        records.get(&key).await.expect("the embedded DynamoDB answers")
    }

    fn receive<M: Into<Message>>(&self, batch: impl IntoIterator<Item = M>) -> Vec<SqsMessage> {
        let now = self.bench.clock().now();
        let batch = batch.into_iter().map(Into::into);
        batch
            .map(|message: Message| message.deliver(self.bench.entropy().bits(), now))
            .collect()
    }
}

fn event(batch: Vec<SqsMessage>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = batch;
    event
}
