//! The content model: what is held of properties that a schema does not declare.
//!
//! [`ContentModel::Lenient`] (the default, named as Confluent names it) holds what writers write and readers read: a writer writes the
//! properties that its schema declares and no others; a reader ignores those that it does not know, and fills in those for which it has
//! a default. [`ContentModel::Strict`] compares the schemas as sets of values and nothing else.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::dialect::walk;

/// What is held of properties that a schema does not declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ContentModel {
    /// Writers write what they declare, readers ignore what they do not know.
    #[default]
    Lenient,
    /// Schemas are sets of values: an open one admits any undeclared property.
    Strict,
}

impl FromStr for ContentModel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_uppercase().as_str() {
            "LENIENT" => Ok(Self::Lenient),
            "STRICT" => Ok(Self::Strict),
            _ => Err(format!(
                "{text} is no content model; there are LENIENT and STRICT"
            )),
        }
    }
}

impl fmt::Display for ContentModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lenient => "LENIENT",
            Self::Strict => "STRICT",
        })
    }
}

impl ContentModel {
    /// What a reader with this schema takes.
    pub(crate) fn reader(self, schema: &Value) -> Value {
        match self {
            Self::Strict => schema.clone(),
            Self::Lenient => walk(schema, &mut open),
        }
    }

    /// What a writer with this schema writes.
    pub(crate) fn writer(self, schema: &Value) -> Value {
        match self {
            Self::Strict => schema.clone(),
            Self::Lenient => {
                let opened = walk(schema, &mut |keywords| {
                    undeclared_is_not_written(keywords);
                });
                Closing { document: &opened }.value(&opened)
            }
        }
    }
}

/// Where properties are declared beside it, `additionalProperties: true` only says that unknown ones are ignored. Alone it is a map.
fn undeclared_is_not_written(keywords: &mut Map<String, Value>) {
    if keywords.contains_key("properties") && keywords.get("additionalProperties") == Some(&Value::Bool(true))
    {
        keywords.remove("additionalProperties");
    }
}

/// Unknown properties are ignored, and absent ones that have a default are filled in. A schema for the other properties
/// (`additionalProperties: {…}`) is kept: it makes a map, whose values are data.
fn open(keywords: &mut Map<String, Value>) {
    for closing in ["additionalProperties", "unevaluatedProperties"] {
        if keywords.get(closing) == Some(&Value::Bool(false)) {
            keywords.remove(closing);
        }
    }
    let filled: BTreeSet<String> = match keywords.get("properties") {
        Some(Value::Object(properties)) => properties
            .iter()
            .filter(|(_, schema)| schema.get("default").is_some())
            .map(|(name, _)| name.clone())
            .collect(),
        _ => BTreeSet::new(),
    };
    if let Some(Value::Array(required)) = keywords.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !filled.contains(name)));
    }
}

/// Closes each schema that describes a whole value. Those that describe the same value together (`allOf`, `$ref`) are closed as one.
struct Closing<'a> {
    document: &'a Value,
}

/// What describes the same value together with the schema that it stands in.
const IN_PLACE: [&str; 8] = [
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
    "dependentSchemas",
];

/// A definition that is closed has this after its name; the one that others are put together with keeps its own.
const WRITTEN: &str = ".written";

/// The place in the schema as it was given.
pub(crate) fn given(pointer: &str) -> String {
    pointer.replace(WRITTEN, "")
}

impl Closing<'_> {
    /// A schema of a whole value.
    fn value(&self, schema: &Value) -> Value {
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        let applicators: Vec<_> = IN_PLACE
            .iter()
            .filter(|keyword| keywords.contains_key(**keyword))
            .collect();
        let own = keywords.contains_key("properties");
        match (applicators.as_slice(), own) {
            // One definition, or one of several alternatives: each is a whole value by itself.
            ([applicator], false) if matches!(**applicator, "anyOf" | "oneOf") => {
                let mut closed = self.parts(schema);
                if let Some(alternatives) = keywords[**applicator].as_array() {
                    closed[**applicator] = alternatives.iter().map(|one| self.value(one)).collect();
                }
                return closed;
            }
            ([applicator], false) if **applicator == "$ref" => {
                let named = keywords["$ref"]
                    .as_str()
                    .filter(|reference| is_definition(reference));
                if let Some(reference) = named {
                    let mut closed = self.parts(schema);
                    closed["$ref"] = json!(format!("{reference}{WRITTEN}"));
                    return closed;
                }
            }
            _ => {}
        }
        let mut closed = self.parts(schema);
        if self.declares(schema, &mut BTreeSet::new()) {
            let closing = match applicators.as_slice() {
                [] => "additionalProperties",
                _ => "unevaluatedProperties",
            };
            closed[closing] = json!(false);
        }
        closed
    }

    /// A schema that describes a value together with others; only what is inside that value is closed.
    fn parts(&self, schema: &Value) -> Value {
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        let closed = keywords.iter().map(|(keyword, value)| {
            let value = match (keyword.as_str(), value) {
                ("properties" | "patternProperties", Value::Object(named)) => named
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.value(schema)))
                    .collect(),
                ("$defs" | "definitions", Value::Object(named)) => {
                    let parts = named
                        .iter()
                        .map(|(name, schema)| (name.clone(), self.parts(schema)));
                    let values = named
                        .iter()
                        .map(|(name, schema)| (format!("{name}{WRITTEN}"), self.value(schema)));
                    parts.chain(values).collect()
                }
                ("dependentSchemas", Value::Object(named)) => named
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.parts(schema)))
                    .collect(),
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    schemas.iter().map(|schema| self.parts(schema)).collect()
                }
                ("prefixItems", Value::Array(schemas)) => {
                    schemas.iter().map(|schema| self.value(schema)).collect()
                }
                (
                    "items" | "additionalProperties" | "unevaluatedProperties" | "contains",
                    Value::Object(_),
                ) => self.value(value),
                ("then" | "else", Value::Object(_)) => self.parts(value),
                _ => value.clone(),
            };
            (keyword.clone(), value)
        });
        Value::Object(closed.collect())
    }

    /// Whether the schema, or what describes the same value with it, declares properties, and nothing says that it is a map.
    fn declares(&self, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
        let mut declares = false;
        let mut parts = vec![schema];
        while let Some(Value::Object(keywords)) = parts.pop() {
            if keywords.contains_key("additionalProperties") || keywords.contains_key("unevaluatedProperties")
            {
                return false;
            }
            declares |= keywords.contains_key("properties");
            for applicator in ["allOf", "anyOf", "oneOf"] {
                parts.extend(
                    keywords
                        .get(applicator)
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
            parts.extend(
                ["if", "then", "else"]
                    .iter()
                    .filter_map(|part| keywords.get(*part)),
            );
            if let Some(Value::Object(dependent)) = keywords.get("dependentSchemas") {
                parts.extend(dependent.values());
            }
            if let Some(reference) = keywords.get("$ref").and_then(Value::as_str)
                && let Some(pointer) = reference.strip_prefix('#')
                && seen.insert(reference.to_owned())
                && let Some(target) = self.document.pointer(pointer)
            {
                parts.push(target);
            }
        }
        declares
    }
}

/// `#/$defs/Name`.
fn is_definition(reference: &str) -> bool {
    ["#/$defs/", "#/definitions/"].iter().any(|place| {
        reference
            .strip_prefix(place)
            .is_some_and(|name| !name.contains('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_ignores_what_it_does_not_know_and_fills_in_defaults() {
        let schema = json!({
            "properties": { "a": { "default": 1 }, "b": {} }, "required": ["a", "b"], "additionalProperties": false,
        });
        let read = json!({ "properties": { "a": { "default": 1 }, "b": {} }, "required": ["b"] });
        assert_eq!(ContentModel::Lenient.reader(&schema), read);
        assert_eq!(ContentModel::Strict.reader(&schema), schema);
    }

    #[test]
    fn what_describes_one_value_together_is_closed_once() {
        let schema = json!({
            "$defs": { "part": { "properties": { "a": { "properties": { "x": {} } } } } },
            "allOf": [{ "$ref": "#/$defs/part" }, { "properties": { "b": {} } }],
        });
        let inner = json!({ "properties": { "x": {} }, "additionalProperties": false });
        let written = json!({
            "$defs": {
                "part": { "properties": { "a": inner } },
                "part.written": { "properties": { "a": inner }, "additionalProperties": false },
            },
            "allOf": [{ "$ref": "#/$defs/part" }, { "properties": { "b": {} } }],
            "unevaluatedProperties": false,
        });
        assert_eq!(ContentModel::Lenient.writer(&schema), written);
    }

    #[test]
    fn an_alternative_is_a_whole_value() {
        let schema = json!({
            "$defs": { "a": { "properties": { "x": {} } } },
            "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }, { "properties": { "y": {} } }],
        });
        let written = ContentModel::Lenient.writer(&schema);
        let alternatives = json!([
            { "$ref": "#/$defs/a.written" }, { "type": "null" },
            { "properties": { "y": {} }, "additionalProperties": false },
        ]);
        assert_eq!(written["anyOf"], alternatives);
        assert_eq!(given("/$defs/a.written/properties"), "/$defs/a/properties");
    }

    #[test]
    fn a_schema_that_only_names_a_definition_has_it_closed() {
        let schema = json!({ "$defs": { "a": { "properties": { "x": {} } } }, "$ref": "#/$defs/a" });
        let written = ContentModel::Lenient.writer(&schema);
        let named = written["$ref"]
            .as_str()
            .and_then(|name| written.pointer(name.strip_prefix('#')?));
        assert_eq!(
            named,
            Some(&json!({ "properties": { "x": {} }, "additionalProperties": false }))
        );
    }

    #[test]
    fn a_map_stays_a_map() {
        for map in [
            json!({ "type": "object" }),
            json!({ "additionalProperties": { "type": "string" } }),
        ] {
            assert_eq!(ContentModel::Lenient.writer(&map), map);
            assert_eq!(ContentModel::Lenient.reader(&map), map);
        }
    }
}
