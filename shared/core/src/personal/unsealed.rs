//! An event whose personal values are yet to be sealed.

use std::fmt;

use serde::ser::{Error as _, Serialize};
use serde_json::{
    Error, Value,
    value::{RawValue, to_raw_value},
};

use super::{
    Sealed,
    marking::{MARK, marked},
};
/// The personal values of an event before they are sealed. It shows none of them.
#[derive(Clone)]
pub struct Unsealed {
    person: String,
    /// Where they are in the data (JSON pointers, RFC 6901); one or more.
    fields: Vec<String>,
    /// The data in the clear.
    data: Box<RawValue>,
}

/// The data of an event or a command of this type as it may be written, and what is yet to be sealed of it. Until that is done, what may be written has nothing
/// in the place of each personal value: whoever forgets to seal it loses something, and gives nothing away.
pub(crate) fn state(
    value: &impl Serialize,
    kind: &str,
    person: Option<&str>,
) -> Result<(Box<RawValue>, Option<Unsealed>), Error> {
    let (data, marks) = marked(|| to_raw_value(value));
    let data = data?;
    if marks == 0 {
        return Ok((data, None));
    }
    let Some(person) = person.filter(|person| !person.is_empty()) else {
        return Err(Error::custom(format_args!(
            "{kind} has personal values, and does not say whose (`person`)"
        )));
    };
    let mut clear: Value = serde_json::from_str(data.get())?;
    let mut fields = Vec::with_capacity(marks);
    unmark(&mut clear, "", &mut fields);
    let unsealed = Unsealed {
        person: person.to_owned(),
        fields,
        data: to_raw_value(&clear)?,
    };
    let blank = unsealed.with(|_| Ok::<_, Error>(Sealed::nothing(person)))?;
    Ok((blank, Some(unsealed)))
}

impl Unsealed {
    /// Whose they are.
    #[must_use]
    pub fn person(&self) -> &str {
        &self.person
    }

    pub(crate) fn data(&self) -> &RawValue {
        &self.data
    }

    pub(crate) fn into_data(self) -> Box<RawValue> {
        self.data
    }

    /// The data with each personal value as `seal` makes it of the value's JSON.
    pub(crate) fn with<E>(
        &self,
        mut seal: impl FnMut(&Value) -> Result<Sealed, E>,
    ) -> Result<Box<RawValue>, E> {
        let mut data: Value = serde_json::from_str(self.data.get()).expect("it was written as JSON");
        for field in &self.fields {
            let value = data
                .pointer_mut(field)
                .expect("a personal value is where it was found");
            *value = seal(value)?.in_place();
        }
        Ok(to_raw_value(&data).expect("a JSON value is JSON"))
    }
}

/// Takes the marks off, and notes where they were. Inside a personal value, another one is part of it.
fn unmark(value: &mut Value, path: &str, fields: &mut Vec<String>) {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key(MARK) => {
            let mut inner = members.remove(MARK).unwrap_or_default();
            unmark(&mut inner, path, &mut Vec::new());
            fields.push(path.to_owned());
            *value = inner;
        }
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| {
            let step = name.replace('~', "~0").replace('/', "~1");
            unmark(value, &format!("{path}/{step}"), fields);
        }),
        Value::Array(values) => values
            .iter_mut()
            .enumerate()
            .for_each(|(index, value)| unmark(value, &format!("{path}/{index}"), fields)),
        _ => {}
    }
}

impl PartialEq for Unsealed {
    fn eq(&self, other: &Self) -> bool {
        self.person == other.person && self.fields == other.fields && self.data.get() == other.data.get()
    }
}

impl fmt::Debug for Unsealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsealed")
            .field("person", &self.person)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;
    use crate::{Event, personal::Personal};

    #[derive(Serialize, Deserialize)]
    struct Moved {
        person: String,
        to: Personal<Address>,
        phones: BTreeMap<String, Personal<String>>,
        floor: u32,
    }

    #[derive(Serialize, Deserialize)]
    struct Address {
        street: Personal<String>,
        city: String,
    }

    impl Event for Moved {
        const TYPE: &'static str = "person.moved";
        const AGGREGATE: &'static str = "person";
        fn aggregate_id(&self) -> &str {
            &self.person
        }
        fn person(&self) -> Option<&str> {
            Some(&self.person)
        }
    }

    fn stated(moved: &Moved) -> Result<(Box<RawValue>, Option<Unsealed>), Error> {
        state(moved, Moved::TYPE, moved.person())
    }

    fn moved(person: &str) -> Moved {
        Moved {
            person: person.into(),
            to: Address {
                street: "Kirkgate".into(),
                city: "Leeds".into(),
            }
            .into(),
            phones: BTreeMap::from([("work/home~".to_owned(), "0113".into())]),
            floor: 3,
        }
    }

    #[test]
    fn personal_values_are_found_by_their_type_whatever_they_are_in() {
        let (data, unsealed) = stated(&moved("u-1")).unwrap();
        let unsealed = unsealed.unwrap();
        assert_eq!(unsealed.person(), "u-1");
        assert_eq!(unsealed.fields, ["/phones/work~1home~0", "/to"]);
        let nothing = json!({ "sealed": { "person": "u-1" } });
        let written: Value = serde_json::from_str(data.get()).unwrap();
        assert_eq!(
            written,
            json!({ "person": "u-1", "to": nothing, "phones": { "work/home~": nothing }, "floor": 3 })
        );
        let clear: Value = serde_json::from_str(unsealed.data().get()).unwrap();
        assert_eq!(clear, serde_json::to_value(moved("u-1")).unwrap());
    }

    #[test]
    fn an_event_that_does_not_say_whose_its_values_are_is_not_stated() {
        let error = stated(&moved("")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "person.moved has personal values, and does not say whose (`person`)"
        );
    }

    #[test]
    fn an_event_shows_none_of_its_personal_values() {
        let stated = crate::Outgoing::new(&moved("u-1"), 1).unwrap();
        let shown = format!("{stated:?}");
        assert!(
            !["Kirkgate", "Leeds", "0113"]
                .iter()
                .any(|secret| shown.contains(secret)),
            "{shown}"
        );
    }
}
