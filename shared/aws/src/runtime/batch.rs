//! A batch: every event by itself, concurrently within a bound, and a response that names what comes back.

use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tidings_core::{Consumer, Context, Envelope, Failure, breaker::Pass, protocol::lease_until};
use tracing::{Instrument as _, warn};

use super::{
    HandleBatch, LAST_START, Run, Runtime,
    delivery::Delivery,
    guarantee::{Attempt, Ran},
};
use crate::idempotency::{Key, Try};

/// When the messages behind a failed one come back. They cannot overtake it: FIFO holds a group while one of its
/// messages is hidden, so they must only not be hidden for longer than it.
const SOON: Duration = Duration::from_secs(1);

#[async_trait]
impl<C: Consumer> HandleBatch for Runtime<C>
where
    C::Guarantee: Run<C>,
{
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        let deliveries = Delivery::read_all(batch.records);
        self.warm(&deliveries, deadline).await;
        let lanes = Delivery::lanes(deliveries);
        let failures: Vec<Vec<String>> = stream::iter(lanes)
            .map(|lane| self.run_lane(lane, deadline))
            .buffer_unordered(C::SETTINGS.concurrency.max(1))
            .collect()
            .await;
        self.surroundings.observe.batch_ended(self.now());
        let mut response = SqsBatchResponse::default();
        response.set_failures(failures.into_iter().flatten());
        response
    }

    fn paused_until(&self) -> Option<Timestamp> {
        self.pause.until(self.now())
    }
}

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Reads the keys that the batch's personal values take all together. Where that fails, each event meets the failure itself.
    async fn warm(&self, deliveries: &[Delivery], deadline: Timestamp) {
        let Some(keyring) = &self.surroundings.keyring else {
            return;
        };
        // Events that wait cost no call.
        if self.pause.until(self.now()).is_some() {
            return;
        }
        let events = deliveries
            .iter()
            .filter_map(|delivery| delivery.envelope.as_ref().ok());
        let time = self.left(deadline, LAST_START) / 2;
        if let Ok(Err(failure)) = tokio::time::timeout(time, keyring.warm(events)).await {
            warn!(
                reason = failure.reason(),
                "the keys of the batch's persons could not be read together"
            );
        }
    }

    /// Runs the deliveries of a lane in order. The first that comes back stops the lane, and the rest comes back with
    /// it (AWS: Lambda with SQS, error handling, FIFO queues).
    async fn run_lane(&self, lane: Vec<Delivery>, deadline: Timestamp) -> Vec<String> {
        let mut back = Vec::new();
        let mut lane = lane.into_iter();
        for delivery in lane.by_ref() {
            let span = delivery.span(C::NAME);
            back = self.deliver(&delivery, deadline).instrument(span).await;
            if !back.is_empty() {
                let stopped = self.now();
                for behind in lane {
                    let waits = self.behind(stopped);
                    let settled = self.settle(&behind, None, waits, stopped);
                    back.extend(settled.instrument(behind.span(C::NAME)).await);
                }
                break;
            }
        }
        back
    }

    /// How a message ends whose group was stopped by one before it.
    fn behind(&self, now: Timestamp) -> Ran {
        if self.pause.until(now).is_some() {
            return Ran::paused(now.saturating_add(SOON).unwrap_or(now));
        }
        let waits = Failure::transient_after("behind a message of its group that failed", SOON);
        Ran::failed(waits.of_class("Behind"), 0)
    }

    /// Runs one event and settles its messages; returns the ids of those that come back.
    async fn deliver(&self, delivery: &Delivery, deadline: Timestamp) -> Vec<String> {
        let begun = self.now();
        if self.left(deadline, LAST_START).is_zero() {
            let late = Failure::transient("not begun: the function's deadline is near").of_class("Deadline");
            return self.settle(delivery, None, Ran::failed(late, 0), begun).await;
        }
        match &delivery.envelope {
            Err(error) => {
                let failure = Failure::permanent(error.to_string()).of_class("EnvelopeError");
                let ran = Ran::failed(failure, delivery.receives());
                self.settle(delivery, None, ran, begun).await
            }
            Ok(envelope) => {
                if let Err(foreign) = self.answerable(envelope) {
                    let failure = Failure::permanent(foreign.to_string()).of_class("ForeignReplyTo");
                    let ran = Ran::failed(failure, delivery.receives());
                    return self.settle(delivery, None, ran, begun).await;
                }
                // Asked before anything else: an event that waits costs no call.
                let pass = match self.admit(envelope, begun, deadline) {
                    Ok(pass) => pass,
                    Err(paused) => return self.settle(delivery, None, paused, begun).await,
                };
                let attempt = self.attempt(delivery, envelope.clone(), begun, deadline, pass);
                let record = attempt.record.clone();
                // The handler has its own, earlier limit; this one is for a database that does not answer.
                let running = C::Guarantee::run(self, attempt);
                let ran = tokio::time::timeout(self.left(deadline, LAST_START / 5), running).await;
                let ran = ran.unwrap_or_else(|_| {
                    Ran::failed(
                        Failure::transient("no answer before the function's deadline").of_class("Deadline"),
                        delivery.receives(),
                    )
                });
                self.ended(pass);
                let ran = self.answered(envelope, ran, deadline).await;
                self.settle(delivery, Some(&record), ran, begun).await
            }
        }
    }

    fn attempt(
        &self,
        delivery: &Delivery,
        envelope: Envelope,
        now: Timestamp,
        deadline: Timestamp,
        pass: Option<Pass>,
    ) -> Attempt {
        let record = Try {
            key: Key {
                event: envelope.key(),
                consumer: C::NAME,
            },
            owner: self.token(),
            now,
            lease_until: lease_until(deadline),
            sent: delivery.sent().or(envelope.time).unwrap_or(now),
        };
        let context = Context {
            envelope,
            consumer: C::NAME,
            attempt: delivery.receives(),
            now,
        };
        Attempt {
            record,
            context,
            deadline,
            pass,
        }
    }
}
