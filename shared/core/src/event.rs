//! Events: immutable facts, named in the past tense, with versions.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
pub use serde_json::Error as JsonError;
use serde_json::value::RawValue;

use crate::{
    contract::Deprecated,
    personal::{self, Unsealed},
    upcast::Upcast,
};

/// A fact about one aggregate. The implementing struct is the *current* version of its data; older
/// versions are upcast into it by [`Event::upcast`], and a newer version with added fields is read by
/// ignoring what it adds.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The CloudEvents `type`: `aggregate.past_tense`, for example `order.placed`.
    const TYPE: &'static str;
    /// The current version of the data; starts at 1.
    const VERSION: u32 = 1;
    /// The oldest reader that understands this version (extension `minreader`). Raise it only when an
    /// old reader would draw a wrong conclusion from what it can see.
    const MIN_READER: u32 = 1;
    /// The type of aggregate that the event is about, for example `order`.
    const AGGREGATE: &'static str;
    /// Whether an event of this type can be too large for the topic, so that its data travels elsewhere (the claim check). A type whose
    /// data is bounded says `false`: functions that read and write only such events do not link the store's client.
    const MAY_BE_LARGE: bool = true;
    /// The versions that are on their way out: still published or read, and not to be counted on for long.
    const DEPRECATED: &'static [Deprecated] = &[];
    /// The type with its current version, as the catalogue lists it.
    const EVENT_TYPE: EventType = EventType {
        name: Self::TYPE,
        version: Self::VERSION,
        may_be_large: Self::MAY_BE_LARGE,
    };

    /// The aggregate's id, which becomes the CloudEvents `subject`.
    fn aggregate_id(&self) -> &str;

    /// Whose the [`Personal`](crate::Personal) values of it are: the person with whose key they are sealed, and with whose key they become
    /// unreadable. An event that has such values must name one; it is an id, and not itself sealed.
    fn person(&self) -> Option<&str> {
        None
    }

    /// Says what an older `version` (1 up to `VERSION - 1`) is read by. `None` says that there is no such
    /// version; an event with a single version needs no implementation.
    ///
    /// ```ignore
    /// fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
    ///     (version == 1).then(|| older.becomes(|V1 { id }| Self { id, name: "unknown".into() }))
    /// }
    /// ```
    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        let _unused = (version, older);
        None
    }
}

/// What can be stated as the next event of its aggregate's history: an [`Event`], or an enum of several made by
/// [`events!`](crate::events).
pub trait Fact: Send + Sync + 'static {
    /// States it as number `aggregate_version` of its aggregate's history (1 is the first).
    ///
    /// # Errors
    /// When the event does not serialise to JSON, which is a bug of its type.
    fn outgoing(&self, aggregate_version: u32) -> Result<Outgoing, serde_json::Error>;
}

impl<E: Event> Fact for E {
    fn outgoing(&self, aggregate_version: u32) -> Result<Outgoing, serde_json::Error> {
        Outgoing::new(self, aggregate_version)
    }
}

/// An event's type and version: what a contract is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct EventType {
    /// The CloudEvents `type`.
    #[serde(rename = "type")]
    pub name: &'static str,
    /// The version of the data.
    pub version: u32,
    /// Whether it can be too large for the topic ([`Event::MAY_BE_LARGE`]).
    #[serde(skip)]
    pub may_be_large: bool,
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/v{}", self.name, self.version)
    }
}

/// An event that is about to be published: all that its producer says of it. Its id, time and causes are
/// added when it is sealed into an [`Envelope`](crate::Envelope).
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub(crate) event: EventType,
    pub(crate) min_reader: u32,
    pub(crate) aggregate: &'static str,
    pub(crate) aggregate_id: String,
    /// None for a command, which is no part of a history.
    pub(crate) aggregate_version: Option<u32>,
    /// Without its personal values, where there are any.
    pub(crate) data: Box<RawValue>,
    pub(crate) unsealed: Option<Unsealed>,
}

impl Outgoing {
    /// States `event` as number `aggregate_version` of its aggregate's history (1 is the first).
    ///
    /// # Errors
    /// When the event does not serialise to JSON, or has personal values and does not say whose; both are a bug of its type.
    pub fn new<E: Event>(event: &E, aggregate_version: u32) -> Result<Self, serde_json::Error> {
        let (data, unsealed) = personal::state(event, E::TYPE, event.person())?;
        Ok(Self {
            event: E::EVENT_TYPE,
            min_reader: E::MIN_READER,
            aggregate: E::AGGREGATE,
            aggregate_id: event.aggregate_id().to_owned(),
            aggregate_version: Some(aggregate_version),
            data,
            unsealed,
        })
    }

    /// What is published.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event
    }

    /// The id of the aggregate that the event is about.
    #[must_use]
    pub fn aggregate_id(&self) -> &str {
        &self.aggregate_id
    }
}

impl PartialEq for Outgoing {
    fn eq(&self, other: &Self) -> bool {
        self.event == other.event
            && self.aggregate_id == other.aggregate_id
            && self.aggregate_version == other.aggregate_version
            && self.data.get() == other.data.get()
            && self.unsealed == other.unsealed
    }
}
