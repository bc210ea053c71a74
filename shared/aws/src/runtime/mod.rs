//! The consumer runtime: what happens between a batch of SQS records and the partial batch response.
//!
//! [`process`] is the page to begin with: a record is received, admitted, run, replied to and settled there, top to bottom. Each step is
//! a file of its name; [`run`] says what a guarantee does, and [`commit`] is the one place where something is committed. The other
//! steps can be skipped: [`lane`] is what is processed one behind the other, [`line`] the order behind a dead letter, [`give_up`] the last try,
//! [`admit`] the breaker, [`unpack`] the claim check and the keys of persons, [`reply`] the answers to commands, [`wanted`] turns effects into
//! the actions of a transaction, [`dead_letter`] and [`tell`] are what a settlement sends and reports.
//!
//! A consumer's type ends at [`handler`]: all else knows what it declares, as data, and how to call it. [`Resources`] says where in the
//! account everything is, and [`acknowledged`] is what a transport reads out of the response.

mod admit;
mod commit;
mod dead_letter;
mod give_up;
mod handler;
mod lane;
mod line;
mod process;
mod receive;
mod reply;
mod resources;
mod response;
mod run;
mod settle;
mod tell;
mod unpack;
mod wanted;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_core::{
    Clock, Entropy,
    consumer::Declared,
    ports::{ClaimCheck, DeadLetters, Postpone},
};
use uuid::Uuid;

use crate::{TableNames, idempotency::IdempotencyTable, observe::Observe, outbox::Outbox, personal::Keyring};

use admit::Gate;

pub use handler::{Call, Handler, Run};
pub use reply::Replies;
pub use resources::{PersonKeysAt, Resources};
pub use response::{UnknownMessage, acknowledged};

/// Handles batches: a consumer with its guarantee and everything around it, as the transports see it.
#[async_trait]
pub trait HandleBatch: Send + Sync {
    /// Handles one batch. What is not in the response is acknowledged: done, recognised as a duplicate, or
    /// set aside. `deadline` is when the invocation is killed.
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse;

    /// Until when a transport that asks for its messages itself need not ask: everything would come back unbegun, because
    /// the consumer's provider is down. (Lambda is not asked: there, messages come back by their visibility.)
    fn paused_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A consumer at work.
pub struct Runtime {
    handler: Handler,
    surroundings: Surroundings,
    breaker: Gate,
}

/// What a consumer works with.
pub struct Surroundings {
    /// The shared idempotency table.
    pub records: IdempotencyTable,
    /// The tables that the consumer writes to.
    pub tables: TableNames,
    /// Where its events go; none for a consumer that emits none.
    pub outbox: Option<Outbox>,
    /// Where the data of events is that are too large for the topic; without it, such an event fails for good.
    pub claim_check: Option<Arc<dyn ClaimCheck>>,
    /// Where answers to commands go; without it, nobody is answered.
    pub replies: Option<Replies>,
    /// Seals and opens personal values; none for a consumer that does neither.
    pub keyring: Option<Arc<Keyring>>,
    /// Lets a failed message come back by the backoff; without it, by the queue's visibility time-out.
    pub postpone: Option<Arc<dyn Postpone>>,
    /// The consumer's dead-letter queue; without it, what cannot be helped is left to the redrive policy.
    pub dead_letters: Option<Arc<dyn DeadLetters>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Who is told of each delivery.
    pub observe: Arc<dyn Observe>,
}

/// No new work is begun this short before the deadline.
const LAST_START: Duration = Duration::from_millis(500);
/// A handler is stopped this short before the deadline: time to release the event and to answer.
const LAST_WORD: Duration = Duration::from_millis(300);
/// What still runs this short before the deadline is given up: a database that does not answer.
const GIVE_UP: Duration = Duration::from_millis(100);

impl Runtime {
    /// Puts a consumer to work.
    #[must_use]
    pub fn new(consumer: impl Into<Handler>, surroundings: Surroundings) -> Self {
        let handler = consumer.into();
        Self {
            breaker: Gate::of(&handler.declared),
            handler,
            surroundings,
        }
    }

    /// What the consumer declares.
    #[must_use]
    pub fn declared(&self) -> &Declared {
        &self.handler.declared
    }
}

impl Surroundings {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long until `deadline`, less `margin`.
    fn left(&self, deadline: Timestamp, margin: Duration) -> Duration {
        Duration::try_from(deadline.duration_since(self.now()))
            .unwrap_or_default()
            .saturating_sub(margin)
    }

    /// A new token for a try.
    fn token(&self) -> String {
        Uuid::from_u128(self.entropy.bits()).to_string()
    }
}
