//! Workers: their deaths, their unreliable queues, and what is checked when they say that a message is done.

use std::{
    future::poll_fn,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::{HandleBatch, Handled, Observe, observe::Verdict};

use crate::{Mutant, Odds, chance::Chance, consumers::DEADLINE, invariants::Truth, ledger::Ledger};

/// The workers of one consumer. Each batch goes to one of them by chance, and may be its last.
pub(crate) struct Fleet {
    pub(crate) consumer: &'static str,
    pub(crate) workers: Vec<Worker>,
    pub(crate) chance: Arc<Chance>,
    pub(crate) odds: Odds,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) truth: Arc<Truth>,
    pub(crate) deliveries: Arc<Deliveries>,
}

/// Counts deliveries, and condenses all of them, in order, into a number: two runs with the same one were the same.
#[derive(Default)]
pub(crate) struct Deliveries(Mutex<(u64, DefaultHasher)>);

impl Deliveries {
    fn note(&self, consumer: &str, batch: &SqsEvent, deadline: Timestamp) {
        let (count, digest) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count += batch.records.len() as u64;
        (consumer, deadline.as_millisecond()).hash(digest);
        batch
            .records
            .iter()
            .for_each(|message| message.message_id.hash(digest));
    }

    pub(crate) fn totals(&self) -> (u64, u64) {
        let (count, digest) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (*count, digest.finish())
    }
}

/// A worker, and which of its deliveries met another's lease.
pub(crate) struct Worker {
    pub(crate) handler: Arc<dyn HandleBatch>,
    pub(crate) met: Arc<Met>,
}

/// Notes the events whose delivery met another worker's lease.
#[derive(Default)]
pub(crate) struct Met(Mutex<Vec<String>>);

/// Tells the ledger what is done, as far as its worker lives to tell it.
pub(crate) struct Tells {
    pub(crate) met: Arc<Met>,
    pub(crate) ledger: Arc<Ledger>,
}

impl Observe for Tells {
    fn handled(&self, handled: &Handled<'_>) {
        self.met.handled(handled);
        if let (Verdict::Done, Some(envelope)) = (handled.verdict, handled.envelope) {
            self.ledger.is_done(handled.consumer, &envelope.id);
        }
    }
}

impl Observe for Met {
    fn handled(&self, handled: &Handled<'_>) {
        if let (Verdict::InFlight, Some(envelope)) = (handled.verdict, handled.envelope) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(envelope.id.clone());
        }
    }
}

/// A batch whose worker died gives no response. The bus brings back everything when a response names a message that it
/// does not know.
const DIED: &str = "the worker died";

#[async_trait]
impl HandleBatch for Fleet {
    async fn handle(&self, mut batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        self.deliveries.note(self.consumer, &batch, deadline);
        if let Some(mutant) = self.mutant {
            batch
                .records
                .iter_mut()
                .for_each(|message| mutant.message(message));
        }
        let given: Vec<_> = batch
            .records
            .iter()
            .map(|message| {
                (
                    message.message_id.clone().unwrap_or_default(),
                    message.body.clone().unwrap_or_default(),
                )
            })
            .collect();
        let worker = &self.workers[self.chance.below(self.workers.len() as u64) as usize];
        let handled = DEADLINE.scope(deadline, worker.handler.handle(batch, deadline));
        let Some(mut response) = live(&self.chance, self.odds.crash, handled).await else {
            let mut response = SqsBatchResponse::default();
            response.add_failure(DIED);
            return response;
        };
        if let Some(mutant) = self.mutant {
            let met = std::mem::take(&mut *worker.met.0.lock().unwrap_or_else(PoisonError::into_inner));
            let in_flight = given
                .iter()
                .filter(|(_, body)| met.iter().any(|id| body.contains(id.as_str())));
            let in_flight: Vec<_> = in_flight.map(|(message, _)| message.clone()).collect();
            mutant.batch_response(&mut response, &in_flight);
        }
        for (message, body) in &given {
            let back = response
                .batch_item_failures
                .iter()
                .any(|failure| failure.item_identifier == *message);
            if !back {
                self.truth.acknowledged(self.consumer, body).await;
            }
        }
        response
    }
}

/// Runs something that may die, with this likelihood, at any of its await points.
pub async fn live<T>(chance: &Chance, dies: f64, work: impl Future<Output = T>) -> Option<T> {
    let mut left = chance.hits(dies).then(|| chance.below(60));
    let mut work = pin!(work);
    poll_fn(|context| {
        if left == Some(0) {
            return Poll::Ready(None);
        }
        left = left.map(|polls| polls - 1);
        work.as_mut().poll(context).map(Some)
    })
    .await
}
