//! Closing a schema: what is written has no member but those that it names.

use serde_json::{Map, Value, json};

/// What applies schemas to the same value, so that the members that they name count together.
const IN_PLACE: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// Lets no object in it have a member that it does not name.
pub(super) fn close(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    let shared = members.contains_key("properties") && IN_PLACE.iter().any(|one| members.contains_key(*one));
    if is_object(members) && !is_closed(members) {
        // `additionalProperties` looks at the members that stand beside it, `unevaluatedProperties` also at those of what is applied in place.
        let keyword = if shared {
            "unevaluatedProperties"
        } else {
            "additionalProperties"
        };
        members.insert(keyword.to_owned(), json!(false));
    }
    for (keyword, value) in members {
        match keyword.as_str() {
            // The outer one closes them.
            "allOf" | "anyOf" | "oneOf" if shared => {}
            "properties" | "$defs" | "patternProperties" => each(value),
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => each(value),
            "items" | "additionalProperties" | "contains" => close(value),
            _ => {}
        }
    }
}

fn is_object(schema: &Map<String, Value>) -> bool {
    schema.get("type").is_some_and(|kind| {
        kind == "object"
            || kind
                .as_array()
                .is_some_and(|kinds| kinds.contains(&json!("object")))
    })
}

fn is_closed(schema: &Map<String, Value>) -> bool {
    schema.contains_key("additionalProperties") || schema.contains_key("unevaluatedProperties")
}

fn each(schemas: &mut Value) {
    match schemas {
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        Value::Object(schemas) => schemas.values_mut().for_each(close),
        _ => {}
    }
}
