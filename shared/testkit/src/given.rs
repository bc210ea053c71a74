//! Given this event: a typed event in its envelope, and the delivery that a handler sees.

use jiff::Timestamp;
use serde_json::value::RawValue;
use tidings_core::{
    Attributes, Command, Context, Envelope, Event, Outgoing,
    causation::{Origin, originate},
    command::issue,
    request::{ReplyTo, asking},
};
use uuid::Uuid;

use crate::{By, message::Message, time::MOMENT};

/// An event that is given to a handler.
///
/// Unless told otherwise it happened at [`MOMENT`], is handled there and then at its first try, heads its chain, comes from `/given`, and
/// its id is made of what it is (`order.placed/o-1/1`): the same fact given twice is a duplicate, and two facts are two events. Its personal
/// values are in the clear, as a handler sees them.
#[derive(Debug, Clone)]
pub struct Given {
    attributes: Attributes,
    data: Box<RawValue>,
    attempt: u32,
    handled_at: Option<Timestamp>,
}

/// Given this event.
///
/// # Panics
/// When the event does not serialise to JSON, which is a bug of its type.
#[must_use]
pub fn given<E: Event>(event: &E) -> Given {
    let (event, id) = Given::stated(event);
    Given::from(event.in_the_clear()).id(id)
}

/// Given the event of this envelope: of an older version, of another producer, a golden sample.
///
/// # Panics
/// When the text is no CloudEvent. What a consumer does with one that is none, a [`Bench`](crate::Bench) shows.
#[must_use]
pub fn given_json(envelope: &str) -> Given {
    Given::from(Envelope::parse(envelope).expect("the text is a CloudEvent"))
}

/// Given this command, sent to its handler.
///
/// # Panics
/// When the command does not serialise to JSON, or has personal values and does not say whose; both are a bug of its type.
#[must_use]
pub fn given_command<C: Command>(command: &C) -> Given {
    let id = format!("{}/{}", C::TYPE, command.aggregate_id());
    let issued = issue(command, origin(&id)).expect("the command serialises to JSON");
    Given::from(issued.in_the_clear()).id(id)
}

fn origin(id: &str) -> Origin {
    Origin {
        source: "/given".to_owned(),
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, id.as_bytes()),
        time: MOMENT,
        correlation_id: Some(id.to_owned()),
        trace: None,
        actor: Default::default(),
    }
}

impl Given {
    /// The event in an envelope, its personal values unsealed; and the id that it is to have.
    pub(crate) fn stated<E: Event>(event: &E) -> (Envelope, String) {
        let outgoing = Outgoing::new(event, 1).expect("the event serialises to JSON");
        let id = format!("{}/{}/1", E::TYPE, event.aggregate_id());
        (originate(outgoing, origin(&id)), id)
    }

    /// Its answer is wanted in this reply queue (`replies-` and 16 hexadecimal digits are one), for this question.
    #[must_use]
    pub fn asked(self, queue: &str, request: &str) -> Self {
        let reply_to = ReplyTo {
            queue: queue.to_owned(),
            request: request.to_owned(),
        };
        let (attempt, handled_at) = (self.attempt, self.handled_at);
        Self {
            attempt,
            handled_at,
            ..Self::from(asking(self.envelope(), &reply_to))
        }
    }

    /// It is number `version` of its aggregate's history; 1 unless told.
    #[must_use]
    pub fn version(self, version: u32) -> Self {
        let subject = self.attributes.subject.as_deref().unwrap_or_default();
        let id = format!("{}/{subject}/{version}", self.attributes.event_type);
        self.with(|attributes| attributes.aggregateversion = Some(version))
            .id(id)
    }

    /// It has this id, and heads a chain of this name.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.with(|attributes| {
            attributes.correlationid = Some(id.clone());
            attributes.id = id;
        })
    }

    /// It happened then (RFC 3339).
    ///
    /// # Panics
    /// When that is no time.
    #[must_use]
    pub fn at(self, time: &str) -> Self {
        let time = parse(time);
        self.with(|attributes| attributes.time = Some(time))
    }

    /// This user acted.
    #[must_use]
    pub fn actor(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.with(|attributes| attributes.actor.id = Some(id))
    }

    /// So many events stand between it and the head of its chain.
    #[must_use]
    pub fn hops(self, hops: u32) -> Self {
        self.with(|attributes| attributes.hops = hops)
    }

    /// Changes any other attribute.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Attributes)) -> Self {
        change(&mut self.attributes);
        self
    }

    /// It is handled then (RFC 3339); when it happened, unless told.
    ///
    /// # Panics
    /// When that is no time.
    #[must_use]
    pub fn handled_at(mut self, time: &str) -> Self {
        self.handled_at = Some(parse(time));
        self
    }

    /// This is its try number `attempt`; 1 unless told.
    #[must_use]
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Hands it to a consumer, without a runtime around it. A [`Transactional`](tidings_core::Transactional) consumer decides at once:
    /// `given(&order).by(&CreateInvoice)`; the others perform, and are awaited: `given(&order).by(&send).await`.
    #[must_use]
    pub fn by<C>(self, consumer: &C) -> <C::Guarantee as By<C>>::Then<'_>
    where
        C: tidings_core::Consumer,
        C::Guarantee: By<C>,
    {
        let context = self.context(C::NAME);
        <C::Guarantee as By<C>>::hand(consumer, context)
    }

    /// The event in its envelope.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        Envelope::new(self.attributes.clone(), self.data.clone())
    }

    /// What the handler of `consumer` is told of the delivery.
    #[must_use]
    pub fn context(&self, consumer: &'static str) -> Context {
        Context {
            envelope: self.envelope(),
            consumer,
            attempt: self.attempt,
            now: self.handled_at.or(self.attributes.time).unwrap_or(MOMENT),
        }
    }

    /// A message that carries it, for a [`Bench`](crate::Bench).
    #[must_use]
    pub fn message(&self) -> Message {
        Message::of(&self.envelope())
    }
}

impl From<Envelope> for Given {
    fn from(envelope: Envelope) -> Self {
        let data = RawValue::from_string(envelope.data().to_owned()).expect("an envelope's data is JSON");
        Self {
            attributes: (*envelope).clone(),
            data,
            attempt: 1,
            handled_at: None,
        }
    }
}

fn parse(time: &str) -> Timestamp {
    time.parse()
        .expect("a time is given as RFC 3339: 2026-01-15T10:00:00Z")
}
