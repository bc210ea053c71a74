//! The pure part of Tidings: no AWS, no tokio, no clock. Time and ids come in as data, so that everything
//! here can be tested by calling it.
//!
//! The flow, and the module of each step:
//!
//! 1. A publisher states a fact: an [`Event`] ([`event`]) becomes an [`Outgoing`] and is sealed into an
//!    [`Envelope`] ([`envelope`]), a CloudEvents 1.0 event.
//! 2. A [`Consumer`] ([`consumer`]) says which events it takes ([`Incoming`]) and which guarantee it
//!    gives: [`Transactional`], [`Leased`] or [`Natural`].
//! 3. The runtime asks the [`protocol`] whether a delivery may run: a pure function of the idempotency
//!    record, the time and the claimant.
//! 4. What a transactional consumer wants is data ([`Effects`]); an event that it emits is caused by the
//!    event that it handled ([`causation`]).
//! 5. A [`Failure`] answers one question, "again?"; [`backoff`] says when, and while a
//!    provider is down the [`breaker`] lets events wait.
//! 6. State that is made of events is an [`Aggregate`] ([`aggregate`]): a pure `decide` and a pure `evolve`.
//!    What is shown of it is a [`Projection`] ([`projection`]), as pure.
//! 7. A [`Command`] ([`command`]) asks one handler for something, which may refuse it; who wants the answer says where to ([`request`]).
//! 8. What events hold of a person is sealed with a key of that person, and is unreadable without it ([`personal`]).
//! 9. The transport stands behind [`ports`], one verb each, and the [`catalogue`] describes the whole
//!    system to the infrastructure; the [`contract`] of each type is the schemas of what is written and read.

pub mod aggregate;
pub mod backoff;
pub mod breaker;
pub mod catalogue;
pub mod causation;
pub mod clock;
pub mod command;
pub mod consumer;
pub mod contract;
pub mod effects;
pub mod envelope;
pub mod event;
pub mod failure;
pub mod incoming;
mod json_error;
pub mod personal;
pub mod ports;
pub mod projection;
pub mod protocol;
pub mod request;
pub mod text;
pub mod trace;
pub mod upcast;

pub use aggregate::{Aggregate, Snapshot, Version, Versioned};
pub use causation::Context;
pub use clock::{Clock, Entropy};
pub use command::{Command, Received};
pub use consumer::{Consumer, Leased, Natural, Repeat, Transactional};
pub use effects::{Condition, Effects, Write};
pub use envelope::{Actor, Attributes, Envelope, EnvelopeError, Extension};
pub use event::{Event, EventType, Fact, Outgoing};
pub use failure::Failure;
pub use incoming::{AnyEvent, DecodeError, Incoming, Takes};
pub use personal::{Personal, Unread};
pub use projection::Projection;
pub use upcast::Upcast;
