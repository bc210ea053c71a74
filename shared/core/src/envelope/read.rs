//! Reading structured-mode JSON: one pass over the text, an error that names the attribute, never a panic.

use std::{borrow::Cow, fmt};

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

impl Envelope {
    /// Reads an envelope from structured-mode JSON.
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
            time: members.time()?,
            subject: members.text("subject")?,
            datacontenttype: members.content_type()?,
            dataschema: members.text("dataschema")?,
            dataref: members.uri_reference("dataref")?,
            aggregatetype: members.text("aggregatetype")?,
            aggregateversion: members.number("aggregateversion", 1)?,
            schemaversion: members.number("schemaversion", 1)?.unwrap_or(1),
            minreader: members.number("minreader", 1)?.unwrap_or(1),
            correlationid: members.text("correlationid")?,
            causationid: members.text("causationid")?,
            hops: members.number("hops", 0)?.unwrap_or(0),
            traceparent: members.text("traceparent")?,
            actor: Actor {
                id: members.text("actorid")?,
                ip: members.text("actorip")?,
                agent: members.text("actoragent")?,
            },
            extensions: Default::default(),
        };
        let data = members.data()?;
        let extensions = members.extensions()?;
        Ok(Self::new(
            Attributes {
                extensions,
                ..attributes
            },
            data,
        ))
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
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.iter().position(|(member, _)| member == name)?;
        let (_, value) = self.0.swap_remove(at);
        // JSON null means "not set" (CloudEvents JSON format, section 2.2).
        (value.get() != "null").then_some(value)
    }

    fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, EnvelopeError> {
        self.take(name).map(|value| read(name, value)).transpose()
    }

    fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, EnvelopeError> {
        self.optional(name)?.ok_or(EnvelopeError::Missing(name))
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, EnvelopeError> {
        self.optional(name)?
            .map(|value| not_empty(name, value))
            .transpose()
    }

    fn required_text(&mut self, name: &'static str) -> Result<String, EnvelopeError> {
        not_empty(name, self.required(name)?)
    }

    fn uri_reference(&mut self, name: &str) -> Result<Option<String>, EnvelopeError> {
        match self.text(name)? {
            Some(text) if !is_uri_reference(&text) => Err(invalid(name, "is no URI reference (RFC 3986)")),
            text => Ok(text),
        }
    }

    /// A CloudEvents integer: 32 signed bits.
    fn number(&mut self, name: &str, least: u32) -> Result<Option<u32>, EnvelopeError> {
        let Some(value) = self.optional::<i32>(name)? else {
            return Ok(None);
        };
        let number = u32::try_from(value).ok().filter(|number| *number >= least);
        number
            .map(Some)
            .ok_or_else(|| invalid(name, format!("must be {least} or more, and is {value}")))
    }

    fn time(&mut self) -> Result<Option<Timestamp>, EnvelopeError> {
        let Some(text) = self.text("time")? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|error| invalid("time", format!("is no RFC 3339 time: {error}")))
    }

    fn content_type(&mut self) -> Result<Option<String>, EnvelopeError> {
        let content_type = self.text("datacontenttype")?;
        match &content_type {
            Some(given) if !is_json(given) => Err(invalid(
                "datacontenttype",
                format!("must be a JSON media type, and is \"{given}\""),
            )),
            _ => Ok(content_type),
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

    /// What is left: extensions of others.
    fn extensions(self) -> Result<std::collections::BTreeMap<String, Extension>, EnvelopeError> {
        let set = self.0.into_iter().filter(|(_, value)| value.get() != "null");
        set.map(|(name, value)| {
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
                return Err(invalid(
                    &name,
                    "has a name that is not made of lower-case letters and digits",
                ));
            }
            let extension = read(&name, value)?;
            Ok((name.into_owned(), extension))
        })
        .collect()
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
                Ok(Members(members))
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
        assert!(refused(r#""hops":1"#, r#""time":"yesterday""#).contains("`time` is no RFC 3339"));
        assert!(refused(r#""hops":1"#, r#""datacontenttype":"text/xml""#).contains("`datacontenttype`"));
        assert!(refused(r#""hops":1"#, r#""data_base64":"AA==""#).contains("`data_base64` is not supported"));
        assert!(refused(r#""hops":1"#, r#""list":[1]"#).contains("`list` has a wrong value"));
        assert!(refused(r#""hops":1"#, r#""big":4294967296"#).contains("integer, expected one of 32 bits"));
        assert!(refused(r#""hops":1"#, r#""Upper":"x""#).contains("`Upper` has a name"));
        for wrong in ["", "s3://a b", "s3://a/ü", "s3://a/%4", "s3://a/%zz", "<s3>"] {
            assert!(refused(r#""hops":1"#, &format!(r#""dataref":"{wrong}""#)).contains("`dataref` "));
        }
        assert!(refused(r#""hops":1"#, r#""id":"2""#).contains("`id` comes twice"));
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
