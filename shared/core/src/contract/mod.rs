//! What a system agrees on: each event, command and answer with the schemas of its versions, made from the Rust types that write and read it.
//!
//! Every version has two schemas (JSON Schema 2020-12). *As written* is closed: all that a producer of the version writes. *As read* is open: what today's
//! code needs of it, with what it fills in itself. An older version is read by the type that [`Event::upcast`] names. What once wrote it is in no code any
//! more, so its schema as written is the one that was released ([`Released`]).
//!
//! No function needs any of this. It is made by a service's list of what it owns, so nothing of `schemars` is linked into a function.

mod close;
mod exact;
mod released;
mod schema;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Command, Event, upcast::Upcast};
pub use released::{Form, Released};

/// What there is to agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A fact, told to whoever listens.
    Event,
    /// What one handler is asked to do.
    Command,
    /// What became of a command.
    Answer,
}

/// What is agreed on of one type of event, command or answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// What it is.
    pub kind: Kind,
    /// The CloudEvents `type`.
    #[serde(rename = "type")]
    pub name: String,
    /// The type of aggregate that it is about.
    pub aggregate: &'static str,
    /// The service that owns it: it publishes the event, or handles the command and answers it.
    pub service: &'static str,
    /// The current version.
    pub current: u32,
    /// All versions, the first one first.
    pub versions: Vec<ContractVersion>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractVersion {
    /// The version; 1 is the first.
    pub version: u32,
    /// The oldest reader that understands it.
    pub min_reader: u32,
    /// The schema of what today's code reads of it; none where it cannot read it.
    pub read: Option<Value>,
    /// The schema of what its producers write.
    pub written: Value,
    /// Whether and how long it is still to be counted on; none where there is no end to it.
    pub deprecated: Option<Deprecated>,
    /// Its golden sample, an envelope.
    pub sample: Option<Value>,
}

/// A version that is on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deprecated {
    /// The version.
    #[serde(skip)]
    pub version: u32,
    /// Since when nobody new should read it.
    pub since: Date,
    /// From when on it may be gone.
    pub until: Date,
    /// Why, and what to read in its place.
    pub reason: &'static str,
}

/// What the code says of a contract, before it is put together with what was released.
struct Stated {
    kind: Kind,
    name: String,
    aggregate: &'static str,
    current: u32,
    min_reader: u32,
    deprecated: &'static [Deprecated],
    /// The schemas of a version, as read and as written, as far as the code knows them.
    known: fn(u32) -> Option<Known>,
}

/// What the code knows of a version: the type that reads it, as a reader and as a writer would have it.
struct Known {
    read: Value,
    written: Value,
}

impl Contract {
    /// The contract of an event that `service` owns.
    #[must_use]
    pub fn event<E: Event + JsonSchema>(service: &'static str, released: &Released) -> Self {
        let stated = Stated {
            kind: Kind::Event,
            name: E::TYPE.to_owned(),
            aggregate: E::AGGREGATE,
            current: E::VERSION,
            min_reader: E::MIN_READER,
            deprecated: E::DEPRECATED,
            known: |version| match version == E::VERSION {
                true => Some(Known::of::<E>()),
                false => E::upcast(version, Describe),
            },
        };
        stated.by(service, released)
    }

    /// The contract of a command that `service` handles.
    #[must_use]
    pub fn command<C: Command + JsonSchema>(service: &'static str, released: &Released) -> Self {
        let stated = Stated {
            kind: Kind::Command,
            name: C::TYPE.to_owned(),
            aggregate: C::AGGREGATE,
            current: C::VERSION,
            min_reader: C::MIN_READER,
            deprecated: C::DEPRECATED,
            known: |version| match version == C::VERSION {
                true => Some(Known::of::<C>()),
                false => C::upcast(version, Describe),
            },
        };
        stated.by(service, released)
    }

    /// The contract of what `service` answers to a command. It has the versions of the command, and all of them are read as the current one.
    #[must_use]
    pub fn answer<C: Command>(service: &'static str, released: &Released) -> Self
    where
        C::Answer: JsonSchema,
    {
        let stated = Stated {
            kind: Kind::Answer,
            name: crate::command::answer_type(C::TYPE),
            aggregate: C::AGGREGATE,
            current: C::VERSION,
            min_reader: 1,
            deprecated: &[],
            known: |_| Some(Known::of::<C::Answer>()),
        };
        stated.by(service, released)
    }
}

impl Stated {
    fn by(self, service: &'static str, released: &Released) -> Contract {
        let versions = (1..=self.current).map(|version| self.version(version, released));
        Contract {
            versions: versions.collect(),
            kind: self.kind,
            name: self.name,
            aggregate: self.aggregate,
            service,
            current: self.current,
        }
    }

    fn version(&self, version: u32, released: &Released) -> ContractVersion {
        let (read, written) = match (self.known)(version) {
            Some(Known { read, written }) => (Some(read), written),
            None => (None, Value::Null),
        };
        let sample = released.sample(&self.name, version);
        let current = version == self.current;
        // What the code says of an older version is how it is read, not how it was written.
        let was_written = released.written(&self.name, version).filter(|_| !current);
        let min_reader = sample.as_ref().and_then(|sample| sample["minreader"].as_u64());
        let min_reader = min_reader.and_then(|min_reader| min_reader.try_into().ok());
        let named = |schema, form| schema::named(schema, &self.name, version, form);
        ContractVersion {
            version,
            min_reader: if current {
                self.min_reader
            } else {
                min_reader.unwrap_or(1)
            },
            read: read.map(|schema| named(schema, Form::Reader)),
            written: was_written.unwrap_or_else(|| named(written, Form::Written)),
            deprecated: self.deprecated.iter().find(|one| one.version == version).copied(),
            sample,
        }
    }
}

impl Known {
    fn of<T: JsonSchema>() -> Self {
        Self {
            read: schema::of::<T>(Form::Reader),
            written: schema::of::<T>(Form::Written),
        }
    }
}

/// Describes the type that an older version is read by.
struct Describe;

impl<T> Upcast<T> for Describe {
    type Outcome = Known;

    fn becomes<Old: DeserializeOwned + JsonSchema>(self, _: impl FnOnce(Old) -> T) -> Known {
        Known::of::<Old>()
    }
}
