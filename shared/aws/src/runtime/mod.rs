//! The consumer runtime: what happens between a batch of SQS records and the partial batch response.
//!
//! [`batch`] reads and coalesces, [`guarantee`] runs an event as its consumer's guarantee says, [`guard`]
//! keeps panics and deadlines to one record, [`pause`] lets events wait while a provider is down, and [`settlement`] does what
//! becomes of the message. [`Resources`] says where in the account everything is, and [`acknowledged`] is what a transport reads
//! out of the response.

mod batch;
mod delivery;
mod guarantee;
mod guard;
mod pause;
mod resources;
mod response;
mod settlement;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_core::{
    Clock, Consumer, Context, Effects, Entropy, Failure, causation,
    ports::{ClaimCheck, DeadLetters, Postpone},
};

use crate::{
    TableNames, claim_check,
    effects::to_effect,
    idempotency::{Effect, IdempotencyTable},
    observe::Observe,
    outbox::Outbox,
    personal::{self, Keyring},
};

use pause::Pause;

pub use guarantee::Run;
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
pub struct Runtime<C: Consumer> {
    consumer: C,
    surroundings: Surroundings,
    pause: Pause,
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

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Puts a consumer to work.
    #[must_use]
    pub fn new(consumer: C, surroundings: Surroundings) -> Self {
        Self {
            consumer,
            surroundings,
            pause: Pause::of::<C>(),
        }
    }

    fn now(&self) -> Timestamp {
        self.surroundings.clock.now()
    }

    /// How long until `deadline`, less `margin`.
    fn left(&self, deadline: Timestamp, margin: Duration) -> Duration {
        Duration::try_from(deadline.duration_since(self.now()))
            .unwrap_or_default()
            .saturating_sub(margin)
    }

    /// The effects and emitted events as actions of the completing transaction. Personal values are sealed, and data that is too large for the topic is
    /// in its store then: before the transaction, or an event could be published whose data is nowhere.
    async fn actions(&self, effects: Effects, context: &Context) -> Result<Vec<Effect>, Failure> {
        let Surroundings {
            tables,
            outbox,
            claim_check,
            keyring,
            ..
        } = &self.surroundings;
        let writes = effects.writes.into_iter().map(|write| to_effect(write, tables));
        let mut actions = writes.collect::<Result<Vec<_>, _>>()?;
        let emitted = causation::emit::<C>(effects.events, context)?;
        for event in personal::seal(keyring.as_deref(), emitted).await? {
            let no_outbox = || Failure::permanent(format!("{} has no outbox to emit into", C::NAME));
            let outbox = outbox.as_ref().ok_or_else(no_outbox)?;
            let event = claim_check::lighten(claim_check.as_deref(), &event).await?;
            actions.push(outbox.enter(&event));
        }
        Ok(actions)
    }
}
