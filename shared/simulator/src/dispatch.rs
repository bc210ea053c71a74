//! How emitted events go out: a relay that dies, on a stream that shuffles and misses, and a witness of the order.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_lambda_events::{
    dynamodb::Event,
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use jiff::Timestamp;
use tidings_aws::relay::{GRACE, Relay, Swept, TIMEOUT};
use tidings_bus::HandleStream;
use tidings_core::{
    Entropy as _, Envelope,
    ports::{Publish, TransportError},
};

use crate::{Odds, chance::Chance, fleet::live, ledger::Ledger, rule::Rule};

/// The relay and the sweeper, which may die at any of their await points.
pub(crate) struct Dispatch {
    pub(crate) relay: Relay,
    pub(crate) table: &'static str,
    pub(crate) chance: Arc<Chance>,
    pub(crate) odds: Odds,
}

#[async_trait]
impl HandleStream for Dispatch {
    /// The records of one transaction may come in any order, and a record that the stream has lost never comes.
    async fn handle(&self, mut batch: Event) -> DynamoDbEventResponse {
        let first = batch
            .records
            .first()
            .and_then(|record| record.change.sequence_number.clone());
        batch
            .records
            .retain(|_| !self.chance.hits(self.odds.stream_missed));
        batch.records.sort_by_cached_key(|_| self.chance.bits());
        let handled = self.relay.handle(batch, self.deadline());
        live(&self.chance, self.odds.crash, handled)
            .await
            .unwrap_or_else(|| {
                // An invocation that failed: the whole batch comes again.
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = first;
                let mut response = DynamoDbEventResponse::default();
                response.batch_item_failures.push(failure);
                response
            })
    }
}

impl Dispatch {
    /// One sweep; none where it died or could not read.
    pub(crate) async fn sweep(&self) -> Option<Swept> {
        let swept = self.relay.sweep(GRACE, self.deadline());
        live(&self.chance, self.odds.crash, swept).await?.ok()
    }

    fn deadline(&self) -> Timestamp {
        self.relay
            .clock
            .now()
            .saturating_add(TIMEOUT)
            .unwrap_or(Timestamp::MAX)
    }
}

/// **An aggregate's events go out in their order**: the first publication of each comes after that of the one before it.
pub(crate) struct Witness<T> {
    pub(crate) topic: Arc<T>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) out: Mutex<BTreeMap<String, u32>>,
}

#[async_trait]
impl<T: Publish> Publish for Witness<T> {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        for event in events {
            let (subject, version) = (
                event.subject.clone().unwrap_or_default(),
                event.aggregateversion.unwrap_or_default(),
            );
            let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
            let last = out.entry(subject.clone()).or_default();
            if version > *last + 1 {
                let seen = format!(
                    "{subject}: event {version} goes out, and event {} has not",
                    *last + 1
                );
                self.ledger.violation(Rule::OutInOrder, seen);
            }
            *last = version.max(*last);
            drop(out);
            self.ledger.goes_out(event);
        }
        self.topic.publish(events).await
    }
}
