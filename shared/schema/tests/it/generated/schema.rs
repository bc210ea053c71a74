//! The schemas of types: as schemars writes them (`schemars_writes` holds that against schemars itself), and, for the content model
//! LENIENT, as they are written and read. That is made from the type itself, by code of this test alone.

use serde_json::{Map, Value, json};

use super::types::{Field, Type};

/// Which of a type's schemas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// As it is committed.
    Given,
    /// Of what is written: nothing undeclared.
    Written,
    /// Of what is read: unknown ignored, defaults filled in.
    Read,
}

impl Type {
    pub fn schema(&self, form: Form) -> Value {
        let mut definitions = Map::new();
        let mut schema = match self.write(form, &mut definitions) {
            Value::Bool(_) => json!({}),
            schema => schema,
        };
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        if !definitions.is_empty() {
            schema["$defs"] = Value::Object(definitions);
        }
        schema
    }

    fn write(&self, form: Form, definitions: &mut Map<String, Value>) -> Value {
        let written = form == Form::Written;
        match self {
            Self::Any => json!(true),
            Self::Unit => json!({ "type": "null" }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::Integer(format, min, max) => with(
                json!({ "type": "integer", "format": format }),
                [("minimum", *min), ("maximum", *max)],
            ),
            Self::NonZero => json!({ "type": "integer", "format": "int32", "not": { "const": 0 } }),
            Self::Float(min, max) => with(
                json!({ "type": "number", "format": "double" }),
                [("minimum", *min), ("maximum", *max)],
            ),
            Self::Text(min, max) => {
                let min = (*min > 0).then_some(*min);
                with(
                    json!({ "type": "string" }),
                    [("minLength", min), ("maxLength", *max)],
                )
            }
            Self::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
            Self::Format(format) => json!({ "type": "string", "format": format }),
            Self::UnitVariants(names, false) => json!({ "type": "string", "enum": names }),
            Self::UnitVariants(names, true) => {
                let one = |name| json!({ "type": "string", "const": name, "description": "documented" });
                json!({ "oneOf": names.iter().map(one).collect::<Vec<_>>() })
            }
            Self::Const(value) => json!({ "const": value }),
            Self::Option(inner) => {
                let inner = inner.write(form, definitions);
                if inner.is_boolean() {
                    return inner;
                }
                match inner["type"].as_str().map(ToOwned::to_owned) {
                    Some(name) if inner.get("enum").is_none() && name != "null" => {
                        let mut nullable = inner;
                        nullable["type"] = json!([name, "null"]);
                        nullable
                    }
                    _ => json!({ "anyOf": [inner, { "type": "null" }] }),
                }
            }
            Self::Array(item, min, max, unique) => {
                let mut array = json!({ "type": "array", "items": item.write(form, definitions) });
                if *unique {
                    array["uniqueItems"] = json!(true);
                }
                with(
                    array,
                    [("minItems", (*min > 0).then_some(*min)), ("maxItems", *max)],
                )
            }
            Self::Tuple(items) => {
                let length = items.len();
                let items: Vec<Value> = items.iter().map(|item| item.write(form, definitions)).collect();
                json!({ "type": "array", "prefixItems": items, "minItems": length, "maxItems": length })
            }
            Self::Map(value) => {
                json!({ "type": "object", "additionalProperties": value.write(form, definitions) })
            }
            Self::Struct {
                fields,
                closed,
                named,
            } => {
                let closed = written || (*closed && form == Form::Given);
                let schema = structure(fields, closed, form, definitions, None);
                match named {
                    true => define("Part", schema, definitions),
                    false => schema,
                }
            }
            Self::Recursive(fields) => {
                let name = format!("Tree{}", definitions.len());
                definitions.insert(name.clone(), json!({}));
                let mut schema = structure(fields, written, form, definitions, None);
                schema["properties"]["children"] =
                    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{name}") } });
                definitions.insert(name.clone(), schema);
                json!({ "$ref": format!("#/$defs/{name}") })
            }
            Self::Internal(variants) => json!({ "oneOf": tagged(variants, written, form, definitions) }),
            Self::Numbered(value) => {
                let mut map = json!({
                    "type": "object", "patternProperties": { "^\\d+$": value.write(form, definitions) },
                });
                if form != Form::Read {
                    map["additionalProperties"] = json!(false);
                }
                map
            }
            Self::Rest(fields, rest) => {
                let mut schema = structure(fields, false, form, definitions, None);
                schema["additionalProperties"] = match (rest.write(form, definitions), form) {
                    // Beside fields, "anything" only says that what is unknown is ignored.
                    (Value::Bool(true), Form::Written) => json!(false),
                    (rest, _) => rest,
                };
                schema
            }
            Self::External(units, variants) => {
                let one = |(name, kind): &(String, Type)| {
                    let mut variant = json!({
                        "type": "object", "properties": { name: kind.write(form, definitions) }, "required": [name],
                    });
                    if form != Form::Read {
                        variant["additionalProperties"] = json!(false);
                    }
                    variant
                };
                let mut variants: Vec<Value> = variants.iter().map(one).collect();
                if !units.is_empty() {
                    variants.insert(0, json!({ "type": "string", "enum": units }));
                }
                json!({ "oneOf": variants })
            }
            Self::Adjacent(variants) => {
                let one = |(name, kind): &(String, Type)| {
                    let mut variant = json!({
                        "type": "object", "required": ["t", "c"],
                        "properties": { "t": { "type": "string", "const": name }, "c": kind.write(form, definitions) },
                    });
                    if written {
                        variant["additionalProperties"] = json!(false);
                    }
                    variant
                };
                json!({ "oneOf": variants.iter().map(one).collect::<Vec<_>>() })
            }
            Self::Untagged(kinds) => {
                json!({ "anyOf": kinds.iter().map(|kind| kind.write(form, definitions)).collect::<Vec<_>>() })
            }
            Self::Flattened(fields, variants) => {
                // The struct and the variant describe one object together: it is closed once, and what is in its fields each by itself.
                let mut schema = structure(fields, false, form, definitions, None);
                schema["oneOf"] = Value::Array(tagged(variants, false, form, definitions));
                if written {
                    schema["unevaluatedProperties"] = json!(false);
                }
                schema
            }
            Self::Refined(inner, most) => {
                let inner = inner.write(form, definitions);
                let named = define("Base", inner, definitions);
                json!({ "allOf": [named, { "maxLength": most, "maxItems": most, "maxProperties": most }] })
            }
        }
    }
}

fn with<T: serde::Serialize, const N: usize>(mut schema: Value, bounds: [(&str, Option<T>); N]) -> Value {
    for (keyword, bound) in bounds {
        if let Some(bound) = bound {
            schema[keyword] = json!(bound);
        }
    }
    schema
}

fn define(name: &str, schema: Value, definitions: &mut Map<String, Value>) -> Value {
    let name = format!("{name}{}", definitions.len());
    definitions.insert(name.clone(), schema);
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// An object; `closed` says whether it refuses other fields, by itself.
fn structure(
    fields: &[Field],
    closed: bool,
    form: Form,
    definitions: &mut Map<String, Value>,
    tag: Option<&str>,
) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Some(tag) = tag {
        properties.insert("kind".to_owned(), json!({ "type": "string", "const": tag }));
        required.push("kind");
    }
    for field in fields {
        let mut schema = field.kind.write(form, definitions);
        if field.default {
            schema = match schema {
                Value::Bool(_) => json!({}),
                schema => schema,
            };
            schema["default"] = json!(null);
        }
        properties.insert(field.name.clone(), schema);
        if field.required && !(field.default && form == Form::Read) {
            required.push(&field.name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if closed {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn tagged(
    variants: &[(String, Vec<Field>)],
    closed: bool,
    form: Form,
    definitions: &mut Map<String, Value>,
) -> Vec<Value> {
    let one = |(tag, fields): &(String, Vec<Field>)| structure(fields, closed, form, definitions, Some(tag));
    variants.iter().map(one).collect()
}
