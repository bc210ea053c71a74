//! The envelope: a CloudEvents 1.0 event in structured JSON mode (CloudEvents JSON format 1.0.2), so
//! that the official SDKs of other languages read it.
//!
//! An envelope is immutable. Its [`Attributes`] are read through `Deref`; there is no way to write them.

mod attributes;
mod claim_check;
mod personal;
mod read;
mod write;

use std::ops::Deref;

use serde_json::value::RawValue;

pub use attributes::{Actor, Attributes, Extension};
pub use read::{EnvelopeError, Irregularity};

use crate::text;

/// One event as it travels: context attributes, and the data as the JSON text that it arrived as, which is
/// parsed once, by the consumer that knows its type. Data that is too large to travel is at `dataref`
/// ([`Envelope::is_light`]). Personal values in it are sealed, and `Debug` shows no other.
#[derive(Clone)]
pub struct Envelope {
    attributes: Attributes,
    data: Box<RawValue>,
    clear: Option<personal::Clear>,
    irregular: Vec<Irregularity>,
}

impl Envelope {
    /// Puts attributes and data together. Most callers want [`crate::causation`], which derives them.
    #[must_use]
    pub fn new(attributes: Attributes, data: Box<RawValue>) -> Self {
        Self {
            attributes,
            data,
            clear: None,
            irregular: Vec::new(),
        }
    }

    /// What was wrong with optional attributes when the envelope was read, and did no harm. It is not part of the event.
    #[must_use]
    pub fn irregularities(&self) -> &[Irregularity] {
        &self.irregular
    }

    /// The same with other attributes.
    #[must_use]
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Attributes)) -> Self {
        change(&mut self.attributes);
        self
    }

    /// The data, as JSON text, as it travels.
    #[must_use]
    pub fn data(&self) -> &str {
        self.data.get()
    }

    /// The structured-mode JSON, in characters that every queue takes ([`text::travels`]).
    #[must_use]
    pub fn to_json(&self) -> String {
        let json =
            serde_json::to_string(self).expect("an envelope holds only strings, numbers and JSON text");
        text::escaped(json)
    }

    /// The identity of the event: CloudEvents says that `source` + `id` is unique for each distinct event
    /// (spec, section "id"). A `#` inside the source is escaped, so that no two pairs give one key.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "{}#{}",
            self.source.replace('%', "%25").replace('#', "%23"),
            self.id
        )
    }

    /// The chain that the event belongs to; an event that names none begins its own.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        self.correlationid.as_deref().unwrap_or(&self.id)
    }
}

impl Deref for Envelope {
    type Target = Attributes;

    fn deref(&self) -> &Attributes {
        &self.attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"{"specversion":"1.0","id":"1","source":"/a#b","type":"order.placed","data":{}}"#;

    #[test]
    fn the_key_of_a_source_with_a_hash_cannot_be_confused_with_another_pair() {
        let one = Envelope::parse(MINIMAL).unwrap();
        let other = Envelope::parse(&MINIMAL.replace("/a#b", "/a").replace("\"1\"", "\"b#1\"")).unwrap();
        assert_eq!(one.key(), "/a%23b#1");
        assert_eq!(other.key(), "/a#b#1");
        assert_ne!(one.key(), other.key());
    }

    #[test]
    fn what_was_written_is_read_back_equal() {
        let text = r#"{"specversion":"1.0","id":"1","source":"/orders","type":"order.placed",
            "time":"2026-01-15T10:00:00.25Z","subject":"o-1","aggregatetype":"order","aggregateversion":3,
            "schemaversion":2,"minreader":1,"correlationid":"c","causationid":"x","hops":2,
            "traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "actorid":"u-1","actorip":"192.0.2.1","partitionkey":"p","sampled":true,"rate":7,
            "data":{"a":[1,2,{"b":null}]}}"#;
        let envelope = Envelope::parse(text).unwrap();
        assert_eq!(Envelope::parse(&envelope.to_json()).unwrap(), envelope);
        assert_eq!(envelope.actor.id.as_deref(), Some("u-1"));
        assert_eq!(envelope.extensions["sampled"], Extension::Boolean(true));
        assert_eq!(envelope.data(), r#"{"a":[1,2,{"b":null}]}"#);
    }
}
