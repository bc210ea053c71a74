//! A batch: every event by itself, concurrently within a bound, and a response that names what comes back.

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tidings_core::{Consumer, Context, Envelope, Failure, protocol::CLOCK_SKEW};
use uuid::Uuid;

use super::{
    HandleBatch, LAST_START, Run, Runtime,
    delivery::Delivery,
    guarantee::{Attempt, Ran},
};
use crate::idempotency::{Key, Try};

#[async_trait]
impl<C: Consumer> HandleBatch for Runtime<C>
where
    C::Guarantee: Run<C>,
{
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        let deliveries = stream::iter(Delivery::read_all(batch.records));
        let failures: Vec<Vec<String>> = deliveries
            .map(|delivery| self.deliver(delivery, deadline))
            .buffer_unordered(C::SETTINGS.concurrency.max(1))
            .collect()
            .await;
        let mut response = SqsBatchResponse::default();
        response.set_failures(failures.into_iter().flatten());
        response
    }
}

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Runs one event and settles its messages; returns the ids of those that come back.
    async fn deliver(&self, delivery: Delivery, deadline: Timestamp) -> Vec<String> {
        let begun = self.now();
        if self.left(deadline, LAST_START).is_zero() {
            let late = Failure::transient("not begun: the function's deadline is near");
            return self.settle(&delivery, None, Ran::failed(late, 0), begun).await;
        }
        match &delivery.envelope {
            Err(error) => {
                let failure = Failure::permanent(error.to_string());
                let ran = Ran::failed(failure, delivery.receives());
                self.settle(&delivery, None, ran, begun).await
            }
            Ok(envelope) => {
                let attempt = self.attempt(&delivery, envelope.clone(), begun, deadline);
                let record = attempt.record.clone();
                // The handler has its own, earlier limit; this one is for a database that does not answer.
                let running = C::Guarantee::run(self, attempt);
                let ran = tokio::time::timeout(self.left(deadline, LAST_START / 5), running).await;
                let ran = ran.unwrap_or_else(|_| {
                    Ran::failed(
                        Failure::transient("no answer before the function's deadline"),
                        delivery.receives(),
                    )
                });
                self.settle(&delivery, Some(&record), ran, begun).await
            }
        }
    }

    fn attempt(
        &self,
        delivery: &Delivery,
        envelope: Envelope,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Attempt {
        let record = Try {
            key: Key {
                event: envelope.key(),
                consumer: C::NAME,
            },
            owner: Uuid::from_u128(self.surroundings.entropy.bits()).to_string(),
            now,
            lease_until: deadline.saturating_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX),
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
        }
    }
}
