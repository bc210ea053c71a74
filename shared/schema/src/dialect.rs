//! One dialect for all that is compared: what a schema of draft 4, 6, 7 or 2019-09 says, said in 2020-12.
//!
//! What a format says of numbers (`uint8` to `int64`, as schemars writes Rust's integers) becomes bounds: an old reader whose field is a
//! `u32` does not take what a new `u64` may hold, and a bound is what both engines compare.

use serde_json::{Map, Number, Value, json};

/// The dialect in which schemas are compared.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Annotations: they say nothing of which values are taken. `default` is kept, because readers fill it in.
const ANNOTATIONS: [&str; 9] = [
    "title",
    "description",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$schema",
    "$id",
];

/// What `schema` says, in 2020-12. References keep their places, so a JSON pointer into one is a pointer into the other, but for the
/// elements of a tuple (`items` becomes `prefixItems`).
#[must_use]
pub fn modern(schema: &Value) -> Value {
    let named = schema.get("$schema").and_then(Value::as_str).unwrap_or(DIALECT);
    let old = ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"];
    let siblings_of_ref_count = !old.iter().any(|draft| named.contains(draft));
    let mut schema = upgraded(schema, siblings_of_ref_count, true);
    if let Value::Object(keywords) = &mut schema {
        keywords.insert("$schema".to_owned(), json!(DIALECT));
    }
    schema
}

/// The schema without what says nothing of which values are taken: titles, descriptions, extensions (`x-…`).
#[must_use]
pub fn without_annotations(schema: &Value) -> Value {
    walk(schema, &mut |keywords| {
        keywords.retain(|keyword, _| !ANNOTATIONS.contains(&keyword.as_str()) && !keyword.starts_with("x-"));
    })
}

/// The schema with each of its subschemas changed, from the inside out. Values (`const`, `enum`, `default`) are no schemas.
pub(crate) fn walk(schema: &Value, change: &mut dyn FnMut(&mut Map<String, Value>)) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    let mut changed = Map::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            (
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
                | "dependencies",
                Value::Object(named),
            ) => named
                .iter()
                .map(|(name, schema)| (name.clone(), walk(schema, change)))
                .collect(),
            ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(schemas)) => {
                schemas.iter().map(|schema| walk(schema, change)).collect()
            }
            (
                "items"
                | "additionalItems"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "unevaluatedItems"
                | "propertyNames"
                | "contains"
                | "not"
                | "if"
                | "then"
                | "else",
                Value::Object(_),
            ) => walk(value, change),
            _ => value.clone(),
        };
        changed.insert(keyword.clone(), value);
    }
    change(&mut changed);
    Value::Object(changed)
}

fn upgraded(schema: &Value, siblings_of_ref_count: bool, root: bool) -> Value {
    let mut upgraded = walk(schema, &mut |keywords| {
        if !siblings_of_ref_count && keywords.contains_key("$ref") {
            keywords.retain(|keyword, _| {
                matches!(keyword.as_str(), "$ref" | "definitions" | "$defs" | "default")
            });
        }
        keywords.remove("$schema");
        name(keywords);
        tuple(keywords);
        exclusive(keywords);
        dependencies(keywords);
        number_formats(keywords);
    });
    if let (true, Value::Object(keywords)) = (root, &mut upgraded) {
        // The document is asked for by pointers into itself; a name of its own would only be another base for them.
        keywords.remove("$id");
    }
    upgraded
}

/// `"$id": "#Address"` of draft 6 and 7 is an anchor; draft 4 has `id`.
fn name(keywords: &mut Map<String, Value>) {
    keywords.remove("id");
    let anchor = match keywords.get("$id").and_then(Value::as_str) {
        Some(id) => id.strip_prefix('#').map(ToOwned::to_owned),
        None => return,
    };
    if let Some(anchor) = anchor {
        keywords.remove("$id");
        keywords.insert("$anchor".to_owned(), Value::String(anchor));
    }
}

/// `items: […]` with `additionalItems` is `prefixItems` with `items`.
fn tuple(keywords: &mut Map<String, Value>) {
    if let Some(Value::Array(_)) = keywords.get("items") {
        let prefix = keywords.remove("items").unwrap_or_default();
        keywords.insert("prefixItems".to_owned(), prefix);
        if let Some(rest) = keywords.remove("additionalItems") {
            keywords.insert("items".to_owned(), rest);
        }
    }
    if !keywords.contains_key("prefixItems") {
        keywords.remove("additionalItems");
    }
}

/// Draft 4 writes exclusive bounds as a flag beside the bound.
fn exclusive(keywords: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match keywords.get(exclusive) {
            Some(Value::Bool(true)) => {
                keywords.remove(exclusive);
                if let Some(limit) = keywords.remove(bound) {
                    keywords.insert(exclusive.to_owned(), limit);
                }
            }
            Some(Value::Bool(false)) => {
                keywords.remove(exclusive);
            }
            _ => {}
        }
    }
}

/// `dependencies` is two keywords since 2019-09.
fn dependencies(keywords: &mut Map<String, Value>) {
    let Some(Value::Object(dependencies)) = keywords.remove("dependencies") else {
        return;
    };
    let (names, schemas): (Map<_, _>, Map<_, _>) =
        dependencies.into_iter().partition(|(_, value)| value.is_array());
    for (keyword, map) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
        if !map.is_empty() {
            keywords.insert(keyword.to_owned(), Value::Object(map));
        }
    }
}

/// The bounds that the format of an integer stands for, where the schema has no tighter ones.
fn number_formats(keywords: &mut Map<String, Value>) {
    let range: (i64, Number) = match keywords.get("format").and_then(Value::as_str) {
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("int64" | "int") => (i64::MIN, i64::MAX.into()),
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint64" | "uint") => (0, u64::MAX.into()),
        Some("float" | "double") => {
            keywords.remove("format");
            return;
        }
        _ => return,
    };
    keywords.remove("format");
    if !keywords.contains_key("minimum") && !keywords.contains_key("exclusiveMinimum") {
        keywords.insert("minimum".to_owned(), json!(range.0));
    }
    if !keywords.contains_key("maximum") && !keywords.contains_key("exclusiveMaximum") {
        keywords.insert("maximum".to_owned(), Value::Number(range.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_drafts_say_the_same_in_the_newest() {
        let old = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "items": [{ "$ref": "#/definitions/a", "type": "string" }], "additionalItems": false,
            "dependencies": { "a": ["b"], "c": { "minProperties": 2 } },
            "definitions": { "a": { "$id": "#a", "minimum": 3, "exclusiveMinimum": true } },
        });
        let new = json!({
            "$schema": DIALECT,
            "prefixItems": [{ "$ref": "#/definitions/a" }], "items": false,
            "dependentRequired": { "a": ["b"] }, "dependentSchemas": { "c": { "minProperties": 2 } },
            "definitions": { "a": { "$anchor": "a", "exclusiveMinimum": 3 } },
        });
        assert_eq!(modern(&old), new);
    }

    #[test]
    fn the_format_of_an_integer_is_its_bounds() {
        let bounds = |format: &str| {
            let schema = modern(&json!({ "type": "integer", "format": format, "minimum": 1 }));
            (schema["minimum"].clone(), schema["maximum"].clone())
        };
        assert_eq!(bounds("uint8"), (json!(1), json!(255)));
        assert_eq!(bounds("uint64"), (json!(1), json!(u64::MAX)));
        assert_eq!(bounds("double"), (json!(1), Value::Null));
    }

    #[test]
    fn a_property_that_is_called_like_a_keyword_is_no_keyword() {
        let schema =
            json!({ "properties": { "format": { "const": { "$id": "x" } }, "title": true }, "title": "t" });
        let bare = json!({ "properties": { "format": { "const": { "$id": "x" } }, "title": true } });
        assert_eq!(without_annotations(&schema), bare);
    }
}
