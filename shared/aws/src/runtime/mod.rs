//! The consumer runtime: what happens between a batch of SQS records and the partial batch response.
//!
//! [`batch`] reads and coalesces, [`guarantee`] runs an event as its consumer's guarantee says, [`guard`]
//! keeps panics and deadlines to one record, [`pause`] lets events wait while a provider is down, and [`settlement`] does what
//! becomes of the message; [`answer`] sends a command's answer to who asked. [`Resources`] says where in the account everything is, and [`acknowledged`] is what a transport reads
//! out of the response.

mod answer;
mod batch;
mod delivery;
mod guarantee;
mod guard;
mod pause;
mod resources;
mod response;
mod settlement;

use std::{borrow::Cow, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_core::{
    Clock, Consumer, Context, Effects, Entropy, Envelope, Failure,
    catalogue::EVENTS,
    causation,
    ports::{ClaimCheck, DeadLetters, Postpone},
};

use crate::{
    TableNames, claim_check,
    effects::to_effect,
    event_store,
    idempotency::{Effect, IdempotencyTable},
    observe::Observe,
    outbox::Outbox,
    personal::{self, Keyring},
};

use pause::Pause;

pub use answer::Replies;
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

    /// What a handler wants as actions of the completing transaction. Data that is too large for the topic is in its store then:
    /// before the transaction, or an event could be published whose data is nowhere. Personal values are sealed by then.
    async fn wanted(&self, effects: Effects, context: &Context) -> Result<Wanted, Failure> {
        let Surroundings {
            tables,
            outbox,
            keyring,
            ..
        } = &self.surroundings;
        let answer = answer::kept::<C>(effects.answer)?;
        let writes = effects.writes.into_iter().map(|write| to_effect(write, tables));
        let mut actions = writes.collect::<Result<Vec<_>, _>>()?;
        let (appended, otherwise): (Vec<_>, Vec<_>) = effects
            .appends
            .into_iter()
            .map(|append| (append.event, append.otherwise))
            .unzip();
        let stated = [appended, effects.events].concat();
        let stated = causation::emit::<C>(stated, context)?;
        let mut events = personal::seal(keyring.as_deref(), stated).await?.into_iter();
        // In this order: a zip asks its first side first, and takes nothing from the other when that has ended.
        for (otherwise, event) in otherwise.into_iter().zip(events.by_ref()) {
            let table = tables.get(EVENTS.name);
            let table = table.map_err(|error| Failure::permanent(error.to_string()))?;
            actions.push(Effect {
                action: event_store::append(table, &*self.lighten(&event).await?),
                otherwise: Some(otherwise),
            });
        }
        for event in events {
            let no_outbox = || Failure::permanent(format!("{} has no outbox to emit into", C::NAME));
            let outbox = outbox.as_ref().ok_or_else(no_outbox)?;
            actions.push(outbox.enter(&*self.lighten(&event).await?));
        }
        Ok(Wanted { actions, answer })
    }

    async fn lighten<'e>(&self, event: &'e Envelope) -> Result<Cow<'e, Envelope>, Failure> {
        claim_check::lighten(self.surroundings.claim_check.as_deref(), event).await
    }
}

/// What a handler wants, ready to be committed.
#[derive(Clone)]
struct Wanted {
    actions: Vec<Effect>,
    answer: Option<String>,
}
