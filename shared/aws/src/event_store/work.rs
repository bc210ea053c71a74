//! Writing: a unit of work loads what a decision concerns, takes the events that were decided, and commits them together.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use tidings_core::{
    Actor, Aggregate, Envelope, Fact as _, Failure, Versioned,
    causation::{Origin, originate},
    effects::Otherwise,
    trace::TraceParent,
};
use uuid::Uuid;

use super::{AsOf, EventStore, append};
use crate::{
    idempotency::Effect,
    personal,
    transaction::{self, Ended, Item},
};

/// Who writes: what the events of a unit of work have in common.
#[derive(Debug, Clone)]
pub struct Author {
    /// The events' `source`: the service (`/accounts`).
    pub source: String,
    /// The chain to join, or none to begin one.
    pub correlation_id: Option<String>,
    /// The caller's trace, or none to begin one.
    pub trace: Option<TraceParent>,
    /// Who acts.
    pub actor: Actor,
}

impl Author {
    /// A service, by its name, that begins a chain of its own and acts for nobody.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self {
            source: format!("/{name}"),
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        }
    }
}

/// One try at a decision: what it has read, and what it wants to be true.
pub struct Work<'a> {
    store: &'a EventStore,
    author: &'a Author,
    events: Vec<Envelope>,
    effects: Vec<Effect>,
}

/// A decision that was taken and is not committed yet.
pub struct Decided<'a, T> {
    work: Work<'a>,
    answer: T,
}

/// Why a unit of work came to nothing; nothing of it is written.
#[derive(Debug, thiserror::Error)]
pub enum WorkError<R> {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(R),
    /// An aggregate changed under it, each time it was tried: whoever asked may ask again.
    #[error("{0} changes so often that this could not be decided; try again")]
    Conflict(String),
    /// DynamoDB did not answer, or will not take it.
    #[error("{}", .0.reason())]
    Failed(Failure),
}

impl<R> WorkError<R> {
    /// The same, refused for another reason: an aggregate's refusal as one of what is made of several.
    pub fn map_refusal<S>(self, map: impl FnOnce(R) -> S) -> WorkError<S> {
        match self {
            Self::Refused(refusal) => WorkError::Refused(map(refusal)),
            Self::Conflict(aggregate) => WorkError::Conflict(aggregate),
            Self::Failed(failure) => WorkError::Failed(failure),
        }
    }
}

impl<R> From<Failure> for WorkError<R> {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What a unit of work came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Retried<T> {
    /// What the decision answered.
    pub answer: T,
    /// The events that are true now.
    pub events: Vec<Envelope>,
}

/// What a unit of work with a receipt came to.
#[derive(Debug)]
pub enum Attempted<T> {
    /// It is committed, and its receipt with it.
    Done(Retried<T>),
    /// Nothing of it is written: this receipt is there from before.
    DoneBefore(Item),
}

/// How often a decision is taken again because an aggregate has changed under it.
const MOST_TRIES: u32 = 10;

impl EventStore {
    /// Takes a decision and commits it; takes it again on what is true then when an aggregate has changed meanwhile, up to ten times,
    /// with growing pauses and full jitter. The decision gets the work and gives it back with its answer ([`Work::answer`]).
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn work<'a, R, T, F>(
        &'a self,
        author: &'a Author,
        decide: impl Fn(Work<'a>) -> F,
    ) -> Result<Retried<T>, WorkError<R>>
    where
        F: Future<Output = Result<Decided<'a, T>, WorkError<R>>>,
    {
        match self.work_with_receipt(author, |_| None, decide).await? {
            Attempted::Done(done) => Ok(done),
            Attempted::DoneBefore(_) => unreachable!("there is no receipt that could be there"),
        }
    }

    /// Takes and commits a decision as [`work`](Self::work) does, and in the same transaction writes the receipt that is made of its answer:
    /// under the condition that this has not been done before, and asking for the item that is there (`ALL_OLD`).
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn work_with_receipt<'a, R, T, F>(
        &'a self,
        author: &'a Author,
        receipt: impl Fn(&T) -> Option<TransactWriteItem>,
        decide: impl Fn(Work<'a>) -> F,
    ) -> Result<Attempted<T>, WorkError<R>>
    where
        F: Future<Output = Result<Decided<'a, T>, WorkError<R>>>,
    {
        for tried in 1.. {
            let work = Work {
                store: self,
                author,
                events: Vec::new(),
                effects: Vec::new(),
            };
            let Decided { work, answer } = decide(work).await?;
            match work.commit(receipt(&answer)).await? {
                Committed::Yes(events) => return Ok(Attempted::Done(Retried { answer, events })),
                Committed::Before(receipt) => return Ok(Attempted::DoneBefore(receipt)),
                Committed::Overtaken(aggregate) if tried == MOST_TRIES => {
                    return Err(WorkError::Conflict(aggregate));
                }
                Committed::Overtaken(_) => {
                    let pause = transaction::pause(tried, self.entropy.unit());
                    tokio::time::sleep(pause).await;
                }
            }
        }
        unreachable!("the last try returns")
    }
}

enum Committed {
    Yes(Vec<Envelope>),
    /// The receipt is there.
    Before(Item),
    /// This aggregate has an event that was not there when it was read.
    Overtaken(String),
}

impl<'a> Work<'a> {
    /// All is decided; this is what the caller is told once it is committed.
    #[must_use]
    pub fn answer<T>(self, answer: T) -> Decided<'a, T> {
        Decided { work: self, answer }
    }

    /// An aggregate as it is now.
    ///
    /// # Errors
    /// As for [`EventStore::load`].
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Versioned<A>, Failure> {
        self.store.load(id, AsOf::Now).await
    }

    /// A new id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        Uuid::from_u128(self.store.entropy.bits())
    }

    /// When this is decided.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.clock.now()
    }

    /// Decides `command` on an aggregate that was loaded; answers the aggregate as it will be.
    ///
    /// # Errors
    /// When its rules refuse it, or an event does not serialise.
    pub fn decide<A: Aggregate, R: From<A::Refusal>>(
        &mut self,
        aggregate: Versioned<A>,
        command: &A::Command,
    ) -> Result<Versioned<A>, WorkError<R>> {
        let events = aggregate
            .state
            .decide(command)
            .map_err(|refusal| WorkError::Refused(refusal.into()))?;
        self.append(aggregate, events).map_err(WorkError::Failed)
    }

    /// States these events as the next ones of an aggregate that was loaded; answers the aggregate as it will be.
    ///
    /// # Errors
    /// When an event does not serialise.
    pub fn append<A: Aggregate>(
        &mut self,
        mut aggregate: Versioned<A>,
        events: Vec<A::Event>,
    ) -> Result<Versioned<A>, Failure> {
        for event in events {
            let outgoing = event.outgoing(aggregate.version + 1)?;
            let first = self.events.first().map(|first| first.correlation_id().to_owned());
            let author = self.author.clone();
            let origin = Origin {
                source: author.source,
                id: self.id(),
                time: self.now(),
                correlation_id: author.correlation_id.or(first),
                trace: author.trace,
                actor: author.actor,
            };
            self.events.push(originate(outgoing, origin));
            aggregate = aggregate.and(event);
        }
        Ok(aggregate)
    }

    /// States an event that is an envelope already: the first of an aggregate that nobody else knows, which need not be loaded.
    pub fn state(&mut self, event: Envelope) {
        self.events.push(event);
    }

    /// The events that have been decided so far.
    #[must_use]
    pub fn events(&self) -> &[Envelope] {
        &self.events
    }

    /// Writes this too, in the same transaction.
    pub fn write(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    async fn commit<R>(mut self, receipt: Option<TransactWriteItem>) -> Result<Committed, WorkError<R>> {
        if self.events.is_empty() && self.effects.is_empty() && receipt.is_none() {
            return Ok(Committed::Yes(Vec::new()));
        }
        // The receipt comes first: where it is there, what became of the events does not matter.
        let before = usize::from(receipt.is_some());
        self.events = personal::seal(self.store.keyring.as_deref(), self.events).await?;
        let (mut puts, mut parts) = (Vec::with_capacity(self.events.len()), Vec::new());
        for event in &self.events {
            let append = append(&self.store.name, event)?;
            puts.push(append.event);
            parts.extend(append.parts);
        }
        let effects = self.effects.iter().map(|effect| effect.action.clone());
        // Parts come last: they have no condition, so none is refused.
        let actions = receipt.into_iter().chain(puts).chain(effects).chain(parts);
        let actions: Vec<_> = actions.collect();
        // Each try writes something else, and so has a token of its own.
        let token = self.id().to_string();
        let entropy = self.store.entropy.as_ref();
        let (action, there) =
            match transaction::commit(&self.store.dynamodb, &token, &actions, entropy).await? {
                Ended::Committed => return Ok(Committed::Yes(self.events)),
                Ended::Refused { action, there, .. } => (action, there),
            };
        let Some(action) = action.checked_sub(before) else {
            return Ok(Committed::Before(there.unwrap_or_default()));
        };
        match self.events.get(action) {
            Some(event) => Ok(Committed::Overtaken(event.subject.clone().unwrap_or_default())),
            None => Err(refused(self.effects.into_iter().nth(action - self.events.len()))),
        }
    }
}

fn refused<R>(effect: Option<Effect>) -> WorkError<R> {
    WorkError::Failed(match effect.and_then(|effect| effect.otherwise) {
        Some(Otherwise::Fail(failure)) => failure,
        // An alternative is a consumer's; here who decides decides again.
        Some(Otherwise::Instead(_)) => Failure::permanent("refused by its condition").of_class("Refused"),
        Some(Otherwise::Superseded) => Failure::permanent("superseded").of_class("Superseded"),
        None => Failure::transient("a write without a condition was refused for its condition"),
    })
}
