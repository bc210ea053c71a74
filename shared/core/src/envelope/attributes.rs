//! The context attributes of an event: those of CloudEvents and this system's extensions.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Context attributes (CloudEvents 1.0, section "Context Attributes"). Extension names are lower-case
/// letters and digits (section "Naming Conventions") and their values are scalars.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributes {
    /// `id`: unique within `source`.
    pub id: String,
    /// `source`: the context in which the event happened, a URI reference.
    pub source: String,
    /// `type`: what happened.
    pub event_type: String,
    /// `time`: when it happened.
    pub time: Option<Timestamp>,
    /// `subject`: the id of the aggregate that the event is about.
    pub subject: Option<String>,
    /// `datacontenttype`; absent means JSON.
    pub datacontenttype: Option<String>,
    /// `dataschema`: the schema that `data` adheres to, a URI.
    pub dataschema: Option<String>,
    /// `dataref`: where the data is kept, a URI reference (CloudEvents extension "Dataref (Claim Check)").
    pub dataref: Option<String>,
    /// `aggregatetype`: the kind of aggregate.
    pub aggregatetype: Option<String>,
    /// `aggregateversion`: the event's number in its aggregate's history, from 1.
    pub aggregateversion: Option<u32>,
    /// `schemaversion`: the version of the data; absent means 1.
    pub schemaversion: u32,
    /// `minreader`: the oldest version of the contract whose readers may read this event; absent means 1.
    pub minreader: u32,
    /// `correlationid`: the chain of events that this one belongs to.
    pub correlationid: Option<String>,
    /// `causationid`: the `id` of the event that caused this one.
    pub causationid: Option<String>,
    /// `hops`: how many events stand between this one and the head of its chain.
    pub hops: u32,
    /// `traceparent`: W3C trace context (CloudEvents distributed tracing extension).
    pub traceparent: Option<String>,
    /// Who acted.
    pub actor: Actor,
    /// Extensions of others, kept as they came.
    pub extensions: BTreeMap<String, Extension>,
}

/// Who acted, flat in the envelope: `actorid`, `actorip`, `actoragent`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The authenticated caller; never taken from a request's body.
    pub id: Option<String>,
    /// The caller's address.
    pub ip: Option<String>,
    /// The caller's user agent.
    pub agent: Option<String>,
}

/// A scalar extension value (CloudEvents 1.0, section "Type System").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extension {
    /// A JSON boolean.
    Boolean(bool),
    /// A JSON number within 32 signed bits.
    Integer(i32),
    /// A JSON string.
    String(String),
}
