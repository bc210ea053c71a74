//! Schemas of JSON Schema 2020-12 in the dialect of AsyncAPI, a superset of draft 7 (AsyncAPI 3.0,
//! "Schema Object").

use serde_json::{Map, Value, json};

/// The schema in the dialect, as it stands at `pointer` of the document.
///
/// Three things differ: a reference is resolved from the root of the whole document, a reference
/// hides what stands beside it, and a tuple is `items` with a list.
pub(super) fn translated(schema: &Value, pointer: &str) -> Value {
    match schema {
        Value::Object(members) => object(members, pointer),
        Value::Array(items) => items.iter().map(|item| translated(item, pointer)).collect(),
        other => other.clone(),
    }
}

fn object(members: &Map<String, Value>, pointer: &str) -> Value {
    let mut translated_members = Map::new();
    let mut reference = None;
    for (name, value) in members {
        match (name.as_str(), value) {
            // Both name a dialect that it is no longer in.
            ("$schema" | "$id", Value::String(_)) => {}
            ("$ref", Value::String(target)) => reference = Some(moved(target, pointer)),
            ("items", _) if members.contains_key("prefixItems") => {
                translated_members.insert("additionalItems".to_owned(), translated(value, pointer));
            }
            ("prefixItems", Value::Array(_)) => {
                translated_members.insert("items".to_owned(), translated(value, pointer));
            }
            // Data, and no schemas.
            ("const" | "enum" | "default" | "examples", _) => {
                translated_members.insert(name.clone(), value.clone());
            }
            _ => {
                translated_members.insert(name.clone(), translated(value, pointer));
            }
        }
    }
    match reference {
        Some(target) if translated_members.is_empty() => json!({ "$ref": target }),
        Some(target) => {
            translated_members.insert("allOf".to_owned(), beside(members, &target, pointer));
            Value::Object(translated_members)
        }
        None => Value::Object(translated_members),
    }
}

/// The reference as a part of an `allOf`, with the parts that were there.
fn beside(members: &Map<String, Value>, target: &str, pointer: &str) -> Value {
    let there = members
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let there = there.map(|part| translated(part, pointer));
    std::iter::once(json!({ "$ref": target })).chain(there).collect()
}

fn moved(target: &str, pointer: &str) -> String {
    match target.strip_prefix('#') {
        Some(local) => format!("{pointer}{local}"),
        None => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_reference_is_moved_and_hides_nothing_beside_it() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {
                "price": { "$ref": "#/$defs/Money", "description": "Of one.", "x-personal": true },
                "total": { "$ref": "#/$defs/Money" },
            },
            "$defs": { "Money": { "type": "object" } },
        });
        let expected = json!({
            "properties": {
                "price": { "allOf": [{ "$ref": "#/c/a/$defs/Money" }], "description": "Of one.", "x-personal": true },
                "total": { "$ref": "#/c/a/$defs/Money" },
            },
            "$defs": { "Money": { "type": "object" } },
        });
        assert_eq!(translated(&schema, "#/c/a"), expected);
    }

    #[test]
    fn a_property_or_a_value_that_is_called_like_a_keyword_stays() {
        let schema = json!({
            "properties": { "$ref": { "type": "string" }, "items": { "type": "string" } },
            "const": { "$ref": "#/no/reference" },
        });
        assert_eq!(translated(&schema, "#/c"), schema);
    }

    #[test]
    fn a_tuple_is_a_list_of_items() {
        let schema = json!({ "prefixItems": [{ "type": "string" }], "items": false });
        let expected = json!({ "items": [{ "type": "string" }], "additionalItems": false });
        assert_eq!(translated(&schema, "#"), expected);
    }
}
