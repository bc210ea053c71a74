//! Two documents against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Drift;
use crate::document::Document;

/// The lists of a document, with the word for what each holds.
const LISTS: [(&str, &str); 10] = [
    ("tables", "table"),
    ("publishers", "publisher"),
    ("queries", "query"),
    ("consumers", "consumer"),
    ("relays", "relay"),
    ("sweepers", "sweeper"),
    ("reapers", "reaper"),
    ("snapshotters", "snapshotter"),
    ("scheduled", "scheduled function"),
    ("contracts", "contract"),
];

impl Document {
    /// What another document says otherwise: this one is what is expected, the other what is found.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Drift {
        let mut drift = Drift::default();
        // Two documents of this type are JSON objects, always.
        let (own, other) = (serde_json::json!(self), serde_json::json!(other));
        drift.compare(
            "system",
            "",
            "name",
            own["system"].clone(),
            other["system"].clone(),
        );
        for (list, kind) in LISTS {
            let (own, other) = (keyed(&own[list]), keyed(&other[list]));
            for name in own.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                match (own.get(name), other.get(name)) {
                    (Some(_), None) => drift.missing(kind, name),
                    (None, Some(_)) => drift.differs(kind, name, "", Value::Null, "is there".into()),
                    (Some(own), Some(other)) => within(&mut drift, kind, name, "", own, other),
                    (None, None) => {}
                }
            }
        }
        drift
    }
}

/// The entries of a list by what they are called.
fn keyed(list: &Value) -> BTreeMap<String, &Value> {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((key(entry)?, entry))).collect()
}

fn key(entry: &Value) -> Option<String> {
    let key = ["name", "type", "version"]
        .iter()
        .map(|field| &entry[field])
        .find(|key| !key.is_null())?;
    Some(key.as_str().map_or_else(|| format!("v{key}"), ToOwned::to_owned))
}

/// Compares field by field; entries of lists by what they are called, where they have a name.
fn within(drift: &mut Drift, kind: &str, name: &str, at: &str, own: &Value, other: &Value) {
    let inside = |field: &str| {
        if at.is_empty() {
            field.to_owned()
        } else {
            format!("{at}.{field}")
        }
    };
    match (own, other) {
        (Value::Object(a), Value::Object(b)) => {
            for field in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                within(drift, kind, name, &inside(field), &own[field], &other[field]);
            }
        }
        (Value::Array(a), Value::Array(b))
            if !a.is_empty() && a.iter().chain(b).all(|one| key(one).is_some()) =>
        {
            let (a, b) = (keyed(own), keyed(other));
            for entry in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let missing = Value::Null;
                let (own, other) = (a.get(entry).copied(), b.get(entry).copied());
                let (own, other) = (own.unwrap_or(&missing), other.unwrap_or(&missing));
                within(drift, kind, name, &inside(entry), own, other);
            }
        }
        _ => drift.compare(kind, name, at, own.clone(), other.clone()),
    }
}
