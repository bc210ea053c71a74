//! The fields of a schema, by their paths.

use serde::Serialize;
use serde_json::Value;

/// A field of an event, command or answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Where it stands: `items[].sku`.
    pub path: String,
    /// Its JSON type, and its format if it has one (`string (date-time)`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is always there, as far as what holds it is.
    pub required: bool,
    /// Whether it is personal: sealed with the key of a person.
    pub personal: bool,
    /// What it is, in the words of its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Field {
    /// The last part of its path, without brackets.
    #[must_use]
    pub fn name(&self) -> &str {
        let last = self.path.rsplit('.').next().unwrap_or(&self.path);
        last.trim_end_matches("[]").trim_end_matches("{}")
    }
}

/// How deep references are followed: a schema can refer to itself.
const DEEPEST: usize = 12;

/// Every field that a JSON Schema names, in its order, those inside of others as well.
#[must_use]
pub fn fields(schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    Walk {
        root: schema,
        found: &mut found,
    }
    .inside(schema, "", 0);
    found
}

struct Walk<'a> {
    root: &'a Value,
    found: &'a mut Vec<Field>,
}

impl<'a> Walk<'a> {
    /// The fields of the objects that a schema allows at `path`.
    fn inside(&mut self, schema: &'a Value, path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let schema = self.resolved(schema);
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let at = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let required = required.iter().any(|one| one.as_str() == Some(name));
            self.field(field, &at, required, depth);
        }
        for list in ["anyOf", "oneOf", "allOf"] {
            for one in schema[list].as_array().into_iter().flatten() {
                self.inside(one, path, depth + 1);
            }
        }
        if schema["items"].is_object() {
            self.inside(&schema["items"], &format!("{path}[]"), depth + 1);
        }
        if schema["additionalProperties"].is_object() {
            self.inside(&schema["additionalProperties"], &format!("{path}{{}}"), depth + 1);
        }
    }

    fn field(&mut self, field: &'a Value, path: &str, required: bool, depth: usize) {
        let whole = self.resolved(field);
        // A description beside a reference says more than the one of what is referred to.
        let description = [field, whole]
            .into_iter()
            .find_map(|one| one["description"].as_str());
        let found = Field {
            path: path.to_owned(),
            kind: self.kind(field),
            required,
            personal: self.is_personal(field, 0),
            description: description.map(ToOwned::to_owned),
        };
        // Alternatives (`oneOf`) can name the same field several times.
        match self.found.iter_mut().find(|one| one.path == found.path) {
            Some(known) => known.personal |= found.personal,
            None => self.found.push(found),
        }
        self.inside(field, path, depth + 1);
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let reference = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
            match reference.and_then(|pointer| self.root.pointer(pointer)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn is_personal(&self, schema: &'a Value, depth: usize) -> bool {
        let marked = |schema: &Value| schema["x-personal"] == Value::Bool(true);
        let whole = self.resolved(schema);
        let alternatives = ["anyOf", "oneOf", "allOf"].into_iter();
        let mut alternatives = alternatives.flat_map(|list| whole[list].as_array().into_iter().flatten());
        marked(schema)
            || marked(whole)
            || (depth < DEEPEST && alternatives.any(|one| self.is_personal(one, depth + 1)))
    }

    fn kind(&self, schema: &'a Value) -> String {
        let whole = self.resolved(schema);
        let name = |one: &Value| one.as_str().map(ToOwned::to_owned);
        let kind = match &whole["type"] {
            Value::String(one) if one == "array" => format!("array of {}", self.kind(&whole["items"])),
            Value::String(one) => one.clone(),
            Value::Array(several) => several.iter().filter_map(name).collect::<Vec<_>>().join(" or "),
            _ if whole.get("const").is_some() => whole["const"].to_string(),
            _ if whole.get("enum").is_some() => "enum".to_owned(),
            _ => {
                let lists = ["anyOf", "oneOf"].into_iter();
                let all = lists.flat_map(|list| whole[list].as_array().into_iter().flatten());
                let mut kinds: Vec<_> = all.map(|one| self.kind(one)).collect();
                kinds.dedup();
                if kinds.is_empty() {
                    "any".to_owned()
                } else {
                    kinds.join(" or ")
                }
            }
        };
        match whole["format"].as_str() {
            Some(format) => format!("{kind} ({format})"),
            None => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_behind_references_lists_and_alternatives() {
        let schema = json!({
            "properties": {
                "id": {"type": "string", "description": "Which."},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
                "by": {"anyOf": [{"$ref": "#/$defs/Name"}, {"type": "null"}]},
                "tags": {"type": "object", "additionalProperties": {"type": "object", "properties": {"x": {"type": "integer"}}}},
            },
            "required": ["id"],
            "$defs": {
                "Line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
                "Name": {"type": "string", "x-personal": true, "description": "A person's name."},
            }
        });
        let found = fields(&schema);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.path.as_str(), one.kind.as_str(), one.required, one.personal))
            .collect();
        assert_eq!(
            told,
            [
                ("by", "string or null", false, true),
                ("id", "string", true, false),
                ("lines", "array of object", false, false),
                ("lines[].sku", "string", true, false),
                ("tags", "object", false, false),
                ("tags{}.x", "integer", false, false),
            ]
        );
        assert_eq!(found[1].description.as_deref(), Some("Which."));
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#/$defs/Node", "$defs": {
            "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}}});
        assert!(!fields(&schema).is_empty());
        let endless = json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}});
        assert!(fields(&endless).is_empty());
    }
}
