//! Reading structured-mode JSON: one pass over the text, an error that names the attribute, never a panic.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use super::{Actor, Attributes, Envelope, Extension};
use crate::json_error::without_values;

/// Why a text is no envelope. Another delivery of the same text cannot help: always permanent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The text is not a JSON object.
    #[error("the body is no JSON object: {0}")]
    NotJson(String),
    /// A required attribute is absent (CloudEvents 1.0, section "Required Attributes").
    #[error("no CloudEvent: the attribute `{0}` is missing")]
    Missing(&'static str),
    /// An attribute has a value that it may not have.
    #[error("no CloudEvent: the attribute `{name}` {reason}")]
    Invalid {
        /// The attribute.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// An optional attribute that is not as CloudEvents says, and without which the event can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Irregularity {
    /// The attribute, or what stands for one.
    pub attribute: String,
    /// What is wrong with it, and how it was read; never its value.
    pub reason: &'static str,
}

impl Envelope {
    /// Reads an envelope from structured-mode JSON. What an event is, and how its data is to be read, must be exactly right; of the other
    /// attributes what can be read is read, and the rest is not set ([`irregularities`](Self::irregularities); the table is in
    /// `docs/guarantees.md`).
    ///
    /// # Errors
    /// [`EnvelopeError`], which names the attribute at fault.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        let mut members: Members<'_> =
            serde_json::from_str(text).map_err(|error| EnvelopeError::NotJson(without_values(&error)))?;
        if members.required::<String>("specversion")? != "1.0" {
            return Err(invalid("specversion", "must be \"1.0\""));
        }
        let attributes = Attributes {
            id: members.required_text("id")?,
            source: members.required_text("source")?,
            event_type: members.required_text("type")?,
            time: members.time(),
            subject: members.text("subject"),
            datacontenttype: members.content_type()?,
            dataschema: members.schema(),
            dataref: members.uri_reference("dataref")?,
            aggregatetype: members.text("aggregatetype"),
            aggregateversion: members.number("aggregateversion", 1)?,
            schemaversion: members.number("schemaversion", 1)?.unwrap_or(1),
            minreader: members.number("minreader", 1)?.unwrap_or(1),
            correlationid: members.text("correlationid"),
            causationid: members.text("causationid"),
            hops: members.number("hops", 0)?.unwrap_or(0),
            traceparent: members.text("traceparent"),
            actor: Actor {
                id: members.text("actorid"),
                ip: members.text("actorip"),
                agent: members.text("actoragent"),
            },
            extensions: Default::default(),
        };
        let data = members.data()?;
        let (extensions, irregular) = members.extensions();
        let attributes = Attributes {
            extensions,
            ..attributes
        };
        Ok(Self {
            irregular,
            ..Self::new(attributes, data)
        })
    }
}

fn invalid(name: &str, reason: impl Into<String>) -> EnvelopeError {
    EnvelopeError::Invalid {
        name: name.to_owned(),
        reason: reason.into(),
    }
}

/// The members of the JSON object, each still text. A name that comes twice is refused: two readers
/// could choose differently.
struct Members<'a> {
    left: Vec<(Cow<'a, str>, &'a RawValue)>,
    irregular: Vec<Irregularity>,
}

impl<'a> Members<'a> {
    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.left.iter().position(|(member, _)| member == name)?;
        let (_, value) = self.left.swap_remove(at);
        // JSON null means "not set" (CloudEvents JSON format, section 2.2).
        (value.get() != "null").then_some(value)
    }

    fn irregular(&mut self, attribute: &str, reason: &'static str) {
        self.irregular.push(Irregularity {
            attribute: attribute.to_owned(),
            reason,
        });
    }

    fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, EnvelopeError> {
        self.take(name).map(|value| read(name, value)).transpose()
    }

    fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, EnvelopeError> {
        self.optional(name)?.ok_or(EnvelopeError::Missing(name))
    }

    fn required_text(&mut self, name: &'static str) -> Result<String, EnvelopeError> {
        not_empty(name, self.required(name)?)
    }

    /// A text without which the event can be read.
    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        let (text, reason) = match scalar(value) {
            Some((Extension::String(text), _)) if text.is_empty() => {
                (None, "is empty, and counts as not set")
            }
            Some((Extension::String(text), None)) => return Some(text),
            Some((Extension::String(number), Some(reason))) => (Some(number), reason),
            Some((Extension::Integer(number), _)) => {
                (Some(number.to_string()), "is a number, and is read as its text")
            }
            Some((Extension::Boolean(word), _)) => {
                (Some(word.to_string()), "is a boolean, and is read as its text")
            }
            None => (None, "is no text, and counts as not set"),
        };
        self.irregular(name, reason);
        text
    }

    /// Followed to where the data is.
    fn uri_reference(&mut self, name: &str) -> Result<Option<String>, EnvelopeError> {
        let text = self
            .optional(name)?
            .map(|value| not_empty(name, value))
            .transpose()?;
        match text {
            Some(text) if !is_uri_reference(&text) => Err(invalid(name, "is no URI reference (RFC 3986)")),
            text => Ok(text),
        }
    }

    /// Followed by nobody here: which schema the data has, `schemaversion` says.
    fn schema(&mut self) -> Option<String> {
        let text = self.text("dataschema")?;
        if is_uri_reference(&text) {
            return Some(text);
        }
        self.irregular("dataschema", "is no URI (RFC 3986), and counts as not set");
        None
    }

    /// A CloudEvents integer: 32 signed bits. A protocol binding writes it as a text (HTTP binding, section 3.1.3.2). Order, versions and the
    /// end of a loop hang on these, so nothing else is read.
    fn number(&mut self, name: &str, least: u32) -> Result<Option<u32>, EnvelopeError> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let text = serde_json::from_str::<String>(value.get()).ok();
        let value = match text.and_then(|text| text.parse().ok()) {
            Some(number) => {
                self.irregular(name, "is a text, and is read as the number");
                number
            }
            None => read::<i32>(name, value)?,
        };
        let number = u32::try_from(value).ok().filter(|number| *number >= least);
        number
            .map(Some)
            .ok_or_else(|| invalid(name, format!("must be {least} or more, and is {value}")))
    }

    fn time(&mut self) -> Option<Timestamp> {
        let time = self.text("time")?.parse().ok();
        if time.is_none() {
            self.irregular("time", "is no RFC 3339 time, and counts as not set");
        }
        time
    }

    /// Absent means JSON, and so does what is no media type; another one says that the data is something else.
    fn content_type(&mut self) -> Result<Option<String>, EnvelopeError> {
        match self.text("datacontenttype") {
            Some(given) if !is_media_type(&given) => {
                self.irregular(
                    "datacontenttype",
                    "is no media type (RFC 2045), and counts as not set",
                );
                Ok(None)
            }
            Some(given) if !is_json(&given) => Err(invalid(
                "datacontenttype",
                format!("must be a JSON media type, and is \"{given}\""),
            )),
            given => Ok(given),
        }
    }

    fn data(&mut self) -> Result<Box<RawValue>, EnvelopeError> {
        if self.take("data_base64").is_some() {
            return Err(invalid("data_base64", "is not supported: data must be JSON"));
        }
        Ok(self
            .take("data")
            .map_or_else(|| RawValue::NULL.to_owned(), ToOwned::to_owned))
    }

    /// What is left: extensions of others, and what was irregular.
    fn extensions(mut self) -> (BTreeMap<String, Extension>, Vec<Irregularity>) {
        let mut extensions = BTreeMap::new();
        for (name, value) in std::mem::take(&mut self.left) {
            if value.get() == "null" {
                continue;
            }
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
                let reason = "has a name that is not made of lower-case letters and digits, and is left out";
                self.irregular(&name, reason);
                continue;
            }
            let Some((extension, reason)) = scalar(value) else {
                self.irregular(&name, "is no boolean, number or text, and is left out");
                continue;
            };
            if let Some(reason) = reason {
                self.irregular(&name, reason);
            }
            extensions.insert(name.into_owned(), extension);
        }
        (extensions, self.irregular)
    }
}

/// A scalar, and what is irregular about it: a number that is no integer of 32 bits is a text in CloudEvents (section "Type System").
fn scalar(value: &RawValue) -> Option<(Extension, Option<&'static str>)> {
    let text = value.get();
    match serde_json::from_str(text) {
        Ok(extension) => Some((extension, None)),
        Err(_) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            let reason = "is no integer of 32 bits, and is read as its text";
            Some((Extension::String(text.to_owned()), Some(reason)))
        }
        Err(_) => None,
    }
}

fn read<T: DeserializeOwned>(name: &str, value: &RawValue) -> Result<T, EnvelopeError> {
    serde_json::from_str(value.get())
        .map_err(|error| invalid(name, format!("has a wrong value: {}", without_values(&error))))
}

fn not_empty(name: &str, value: String) -> Result<String, EnvelopeError> {
    if value.is_empty() {
        Err(invalid(name, "must not be empty"))
    } else {
        Ok(value)
    }
}

/// `*/json` or `*/*+json`, parameters aside (CloudEvents JSON format, section 3.1).
fn is_json(media_type: &str) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// A type and a subtype, each a token (RFC 2045, section 5.1); what follows a semicolon is not looked at.
fn is_media_type(text: &str) -> bool {
    let token = |text: &str| {
        let allowed = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b);
        !text.is_empty() && text.bytes().all(allowed)
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence
        .split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// Only characters that a URI reference may have, each `%` with its two digits (RFC 3986, section 2).
fn is_uri_reference(text: &str) -> bool {
    let escaped = |rest: &str| {
        rest.get(..2)
            .is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b))
        && text.split('%').skip(1).all(escaped)
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(20);
                while let Some(Name(name)) = map.next_key()? {
                    if members.iter().any(|(member, _)| *member == name) {
                        return Err(A::Error::custom(format_args!("the member `{name}` comes twice")));
                    }
                    members.push((name, map.next_value()?));
                }
                Ok(Members {
                    left: members,
                    irregular: Vec::new(),
                })
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A member's name, borrowed unless it holds an escape.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Extension;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean, a 32-bit integer or a string")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Extension, E> {
                Ok(Extension::Boolean(value))
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Extension, E> {
                let narrow = i32::try_from(value);
                narrow
                    .map(Extension::Integer)
                    .map_err(|_| E::invalid_value(Unexpected::Signed(value), &"one of 32 bits"))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Extension, E> {
                self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
            }
            fn visit_str<E>(self, value: &str) -> Result<Extension, E> {
                Ok(Extension::String(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str =
        r#"{"specversion":"1.0","id":"1","source":"/orders","type":"order.placed","hops":1,"data":{}}"#;

    fn refused(from: &str, to: &str) -> String {
        assert!(VALID.contains(from), "the test replaces something that is there");
        Envelope::parse(&VALID.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn an_event_with_only_the_required_attributes_is_read() {
        let text = r#"{"specversion":"1.0","id":"1","source":"/orders","type":"t"}"#;
        let envelope = Envelope::parse(text).unwrap();
        assert_eq!(
            (envelope.schemaversion, envelope.minreader, envelope.hops),
            (1, 1, 0)
        );
        assert_eq!(envelope.data(), "null");
        assert_eq!(envelope.correlation_id(), "1");
    }

    #[test]
    fn every_fault_names_its_attribute() {
        assert!(refused(r#""id":"1","#, "").contains("`id` is missing"));
        assert!(refused(r#""id":"1""#, r#""id":"""#).contains("`id` must not be empty"));
        assert!(refused(r#""id":"1""#, r#""id":7"#).contains("`id` has a wrong value"));
        assert!(refused(r#""1.0""#, r#""0.3""#).contains("`specversion` must be"));
        assert!(refused(r#""hops":1"#, r#""hops":-1"#).contains("`hops` must be 0 or more"));
        assert!(refused(r#""hops":1"#, r#""hops":"many""#).contains("`hops` has a wrong value"));
        assert!(
            refused(r#""hops":1"#, r#""schemaversion":"0""#).contains("`schemaversion` must be 1 or more")
        );
        assert!(refused(r#""hops":1"#, r#""datacontenttype":"text/xml""#).contains("`datacontenttype`"));
        assert!(refused(r#""hops":1"#, r#""data_base64":"AA==""#).contains("`data_base64` is not supported"));
        for wrong in ["", "s3://a b", "s3://a/ü", "s3://a/%4", "s3://a/%zz", "<s3>"] {
            assert!(refused(r#""hops":1"#, &format!(r#""dataref":"{wrong}""#)).contains("`dataref` "));
        }
        assert!(refused(r#""hops":1"#, r#""id":"2""#).contains("`id` comes twice"));
    }

    /// What becomes of an event with this irregular member; its irregularity, and the envelope.
    fn irregular(member: &str) -> (String, Envelope) {
        let envelope = Envelope::parse(&VALID.replace(r#""hops":1"#, member)).unwrap();
        let [irregular] = envelope.irregularities() else {
            panic!("{member}: {:?}", envelope.irregularities())
        };
        (format!("{} {}", irregular.attribute, irregular.reason), envelope)
    }

    #[test]
    fn an_optional_attribute_that_is_not_as_it_should_be_is_told_of_and_the_event_is_read() {
        let unset = [
            (r#""time":"yesterday""#, "time is no RFC 3339 time"),
            (r#""subject":"""#, "subject is empty"),
            (r#""subject":["o-1"]"#, "subject is no text"),
            (r#""traceparent":{}"#, "traceparent is no text"),
            (r#""datacontenttype":"json""#, "datacontenttype is no media type"),
            (r#""datacontenttype":"""#, "datacontenttype is empty"),
            (r#""dataschema":"http://a b""#, "dataschema is no URI"),
            (r#""list":[1]"#, "list is no boolean, number or text"),
            (r#""Upper":"x""#, "Upper has a name"),
            (r#""":"x""#, " has a name"),
        ];
        let plain = Envelope::parse(&VALID.replace(r#","hops":1"#, "")).unwrap();
        for (member, expected) in unset {
            let (told, envelope) = irregular(member);
            assert!(told.starts_with(expected), "{told}");
            assert_eq!(envelope, plain, "{member}: not set, and the event is the same");
        }
    }

    #[test]
    fn a_value_of_another_type_is_read_as_what_it_means() {
        let (told, envelope) = irregular(r#""subject":42"#);
        assert!(told.starts_with("subject is a number"), "{told}");
        assert_eq!(envelope.subject.as_deref(), Some("42"));
        // As HTTP's binding writes every attribute.
        let (_, envelope) = irregular(r#""aggregateversion":"3""#);
        assert_eq!(envelope.aggregateversion, Some(3));
        let (_, envelope) = irregular(r#""hops":"2""#);
        assert_eq!(envelope.hops, 2);
        // CloudEvents has no such number, and says that it is a text.
        for number in ["4294967296", "-0.5", "99999999999999999999999999"] {
            let (_, envelope) = irregular(&format!(r#""big":{number}"#));
            assert_eq!(envelope.extensions["big"], Extension::String(number.to_owned()));
            assert_eq!(Envelope::parse(&envelope.to_json()).unwrap().irregularities(), []);
        }
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_place() {
        for text in ["", "[]", "null", "\"x\"", "{", "{\"a\":}", "\u{feff}{}", "nul"] {
            let error = Envelope::parse(text).unwrap_err();
            assert!(matches!(error, EnvelopeError::NotJson(_)), "{text}: {error}");
        }
    }

    #[test]
    fn null_means_not_set_and_parameters_of_a_media_type_are_ignored() {
        let text = VALID.replace(
            r#""hops":1"#,
            r#""subject":null,"datacontenttype":"application/json; charset=utf-8""#,
        );
        assert_eq!(Envelope::parse(&text).unwrap().subject, None);
    }
}
