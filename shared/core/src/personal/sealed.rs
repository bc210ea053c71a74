//! A sealed value in JSON, and finding and opening all of them in a text that holds some.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The member of which a sealed value's object is made, and those that say in memory what opening it has come to.
const SEALED: &str = "sealed";
const OPENED: &str = "opened";
const ERASED: &str = "erased";

/// What is stored of a personal value. It says itself whose key opens it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Sealed {
    /// The person whose key it is sealed with.
    pub person: String,
    /// The ciphertext (see `tidings_aws::personal`), in base64; none where the person was erased before the value was sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
}

impl Sealed {
    /// The value of a person who is erased: there is nothing to open.
    #[must_use]
    pub fn nothing(person: impl Into<String>) -> Self {
        Self {
            person: person.into(),
            data: None,
        }
    }

    /// As it stands where the value would.
    pub(super) fn in_place(&self) -> Value {
        json!({ SEALED: self })
    }
}

/// A personal value that is sealed with a key of its person.
#[derive(JsonSchema)]
#[schemars(rename = "Sealed", deny_unknown_fields)]
#[allow(dead_code, reason = "it is the schema of what `in_place` makes")]
pub(super) struct InPlace {
    /// The value, and whose key opens it.
    sealed: Sealed,
}

/// A sealed value as it is found.
pub(super) struct Marker {
    pub(super) sealed: Sealed,
    pub(super) opening: Opening,
}

/// What opening a sealed value has come to.
pub(super) enum Opening {
    NotTried,
    Opened(Value),
    Erased,
}

impl Marker {
    /// The sealed value that this is, if it is one.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let object = value.as_object().filter(|object| is_marker(object))?;
        let sealed = Sealed::deserialize(object.get(SEALED)?).ok()?;
        let opening = match object.get(OPENED) {
            Some(opened) => Opening::Opened(opened.clone()),
            None if sealed.data.is_none() || object.contains_key(ERASED) => Opening::Erased,
            None => Opening::NotTried,
        };
        Some(Self { sealed, opening })
    }
}

fn is_marker(object: &Map<String, Value>) -> bool {
    object.contains_key(SEALED)
        && object
            .keys()
            .all(|name| [SEALED, OPENED, ERASED].contains(&name.as_str()))
}

/// Whether a JSON text can hold a sealed value at all: a cheap question that spares reading most of them.
pub(crate) fn may_hold_sealed(json: &str) -> bool {
    json.contains(r#""sealed""#)
}

/// Whose keys it takes to open what is sealed in this JSON value.
#[must_use]
pub fn persons(value: &Value) -> BTreeSet<String> {
    let mut persons = BTreeSet::new();
    collect(value, &mut persons);
    persons
}

fn collect(value: &Value, persons: &mut BTreeSet<String>) {
    match (Marker::of(value), value) {
        (Some(marker), _) if marker.sealed.data.is_some() => drop(persons.insert(marker.sealed.person)),
        (Some(_), _) => {}
        (None, Value::Array(values)) => values.iter().for_each(|value| collect(value, persons)),
        (None, Value::Object(members)) => members.values().for_each(|value| collect(value, persons)),
        (None, _) => {}
    }
}

/// The texts of what has been opened in this JSON value, the longest first.
pub(crate) fn opened_texts(value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    collect_opened(value, false, &mut texts);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

fn collect_opened(value: &Value, personal: bool, texts: &mut Vec<String>) {
    if let Some(marker) = Marker::of(value) {
        if let Opening::Opened(opened) = marker.opening {
            collect_opened(&opened, true, texts);
        }
        return;
    }
    match value {
        Value::String(text) if personal => texts.push(text.clone()),
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_opened(value, personal, texts)),
        Value::Object(members) => members
            .values()
            .for_each(|value| collect_opened(value, personal, texts)),
        _ => {}
    }
}

/// Opens everything that is sealed in this JSON value, an event's data or a state: `read` answers a value, or none where its person
/// is erased. Read as what it is, it has its [`Personal`](super::Personal) values then.
///
/// # Errors
/// The first of `read`'s.
pub fn open<E>(
    value: &mut Value,
    read: &mut impl FnMut(&Sealed) -> Result<Option<Value>, E>,
) -> Result<(), E> {
    if let Some(Marker { sealed, .. }) = Marker::of(value) {
        let opened = match sealed.data {
            Some(_) => read(&sealed)?,
            None => None,
        };
        *value = match opened {
            Some(opened) => json!({ SEALED: sealed, OPENED: opened }),
            None => json!({ SEALED: sealed, ERASED: true }),
        };
        return Ok(());
    }
    match value {
        Value::Array(values) => values.iter_mut().try_for_each(|value| open(value, read)),
        Value::Object(members) => members.values_mut().try_for_each(|value| open(value, read)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn state() -> Value {
        json!({
            "name": { "sealed": { "person": "u-1", "data": "bmFtZQ==" } },
            "friends": [{ "name": { "sealed": { "person": "u-2", "data": "Zg==" } } }],
            "gone": { "sealed": { "person": "u-3" } },
            "letter": { "sealed": true },
        })
    }

    #[test]
    fn the_texts_of_what_was_opened_are_found_wherever_they_are_and_no_others() {
        let mut state = state();
        let name = json!({ "first": "Ada", "others": ["Lovelace"], "age": 36 });
        let read = |sealed: &Sealed| Ok::<_, Infallible>((sealed.person == "u-1").then(|| name.clone()));
        open(&mut state, &mut { read }).unwrap();
        assert_eq!(opened_texts(&state), ["Lovelace", "Ada"]);
    }

    #[test]
    fn the_persons_are_those_whose_keys_could_open_something() {
        assert_eq!(
            persons(&state()),
            BTreeSet::from(["u-1".to_owned(), "u-2".to_owned()])
        );
    }

    #[test]
    fn opening_goes_into_every_depth_and_leaves_everything_else() {
        let mut value = state();
        let read = &mut |sealed: &Sealed| Ok::<_, Infallible>((sealed.person == "u-2").then(|| json!("Bob")));
        open(&mut value, read).unwrap();
        assert_eq!(value["name"]["erased"], true);
        assert_eq!(value["friends"][0]["name"]["opened"], "Bob");
        assert_eq!(
            value["gone"],
            json!({ "sealed": { "person": "u-3" }, "erased": true })
        );
        assert_eq!(value["letter"], json!({ "sealed": true }));
    }

    #[test]
    fn what_a_sender_claims_to_have_opened_is_not_believed() {
        let mut forged = json!({ "sealed": { "person": "u-1", "data": "AAAA" }, "opened": "forged" });
        open(&mut forged, &mut |_| Ok::<_, Infallible>(None)).unwrap();
        assert_eq!(forged.get("opened"), None);
    }
}
