//! A value of a person.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use super::{
    Sealed, marking,
    sealed::{InPlace, Marker, Opening},
};

/// A value of a person: known, sealed, or erased for good.
///
/// In JSON a known value is itself, and a sealed one is `{"sealed":{"person":…,"data":…}}`. A value that has been sealed is written as
/// it was sealed, also after it has been opened. Nothing shows it: `Debug` says only which of the three it is, and there is no
/// `Display`, so that no mail begins with "Dear \[personal\]".
///
/// `T` must not be an object whose only members are among `sealed`, `opened` and `erased`.
#[derive(Clone)]
pub struct Personal<T>(State<T>);

#[derive(Clone)]
enum State<T> {
    /// In the clear, and how it is sealed, where it has been.
    Known(T, Option<Sealed>),
    Sealed(Sealed),
    Erased(Sealed),
}

/// Why a personal value is not there to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Its person's key has been deleted. Nobody will ever read it.
    #[error("the person's data has been erased")]
    Erased,
    /// It is sealed, and nobody has opened it: the function has not declared that it opens personal data (`Resource::Personal`).
    #[error(
        "the person's data is sealed, and this function has not declared that it opens it (Resource::Personal)"
    )]
    Sealed,
}

impl<T> Personal<T> {
    /// The value, or why it cannot be read. Which of the two reasons it is matters: erased is final, and sealed is a mistake.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn read(&self) -> Result<&T, Unread> {
        match &self.0 {
            State::Known(value, _) => Ok(value),
            State::Sealed(_) => Err(Unread::Sealed),
            State::Erased(_) => Err(Unread::Erased),
        }
    }

    /// The value, where it can be read.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        self.read().ok()
    }

    /// Whether the person's key has been deleted.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        matches!(self.0, State::Erased(_))
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(State::Known(value, None))
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

impl<T: Default> Default for Personal<T> {
    fn default() -> Self {
        T::default().into()
    }
}

/// Known values are equal as values, however they are sealed; a value that cannot be read is equal to the same ciphertext.
impl<T: PartialEq> PartialEq for Personal<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (State::Known(one, _), State::Known(other, _)) => one == other,
            (State::Sealed(one), State::Sealed(other)) | (State::Erased(one), State::Erased(other)) => {
                one == other
            }
            _ => false,
        }
    }
}

impl<T: Eq> Eq for Personal<T> {}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Known(..) => "Personal(known)",
            State::Sealed(_) => "Personal(sealed)",
            State::Erased(_) => "Personal(erased)",
        })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            State::Known(value, None) => marking::write(value, serializer),
            State::Known(_, Some(sealed)) | State::Sealed(sealed) | State::Erased(sealed) => {
                sealed.in_place().serialize(serializer)
            }
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = |value: Value| T::deserialize(value).map_err(D::Error::custom);
        Ok(Self(match Marker::of(&value) {
            None => State::Known(read(value)?, None),
            Some(Marker { sealed, opening }) => match opening {
                Opening::Opened(value) => State::Known(read(value)?, Some(sealed)),
                Opening::Erased => State::Erased(sealed),
                Opening::NotTried => State::Sealed(sealed),
            },
        }))
    }
}

/// What stands in JSON: the value as a producer without keys writes it, or the sealed one.
impl<T: JsonSchema> JsonSchema for Personal<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Personal_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "x-personal": true,
            "anyOf": [generator.subschema_for::<T>(), generator.subschema_for::<InPlace>()],
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    fn read(json: Value) -> Personal<String> {
        from_value(json).unwrap()
    }

    #[test]
    fn a_known_value_is_itself_in_json() {
        let known = read(json!("ada@example.com"));
        assert_eq!(known.read(), Ok(&"ada@example.com".to_owned()));
        assert_eq!(to_value(&known).unwrap(), json!("ada@example.com"));
        assert_eq!(known, "ada@example.com".into());
    }

    #[test]
    fn a_value_that_was_sealed_is_written_as_it_was_sealed_also_when_it_has_been_opened() {
        let sealed = json!({ "sealed": { "person": "u-1", "data": "AAAA" } });
        assert_eq!(read(sealed.clone()).read(), Err(Unread::Sealed));
        let opened = json!({ "sealed": { "person": "u-1", "data": "AAAA" }, "opened": "ada@example.com" });
        let erased = json!({ "sealed": { "person": "u-1", "data": "AAAA" }, "erased": true });
        assert_eq!(
            read(opened.clone()).known().map(String::as_str),
            Some("ada@example.com")
        );
        assert!(read(erased.clone()).is_erased());
        for form in [&sealed, &opened, &erased] {
            assert_eq!(to_value(read(form.clone())).unwrap(), sealed);
        }
    }

    #[test]
    fn a_value_that_was_erased_before_it_was_sealed_has_no_ciphertext() {
        let erased = json!({ "sealed": { "person": "u-1" } });
        assert_eq!(read(erased.clone()).read(), Err(Unread::Erased));
        assert_eq!(to_value(read(erased.clone())).unwrap(), erased);
    }

    #[test]
    fn what_looks_like_a_sealed_value_and_is_none_is_read_as_the_value() {
        let numbers: Personal<std::collections::BTreeMap<String, u32>> =
            from_value(json!({ "sealed": 7 })).unwrap();
        assert_eq!(numbers.known().map(|numbers| numbers["sealed"]), Some(7));
        for wrong in [
            json!({ "sealed": { "person": "u-1", "new": 1 } }),
            json!(7),
            json!(null),
        ] {
            assert!(from_value::<Personal<String>>(wrong).is_err());
        }
    }

    #[test]
    fn nothing_shows_a_value() {
        let opened = json!({ "sealed": { "person": "u-1", "data": "AAAA" }, "opened": "ada@example.com" });
        for json in [json!("ada@example.com"), opened] {
            assert_eq!(format!("{:?}", read(json)), "Personal(known)");
        }
    }
}
