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
    /// What is asked of its value besides (`1 to 9`, `2 characters at most`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<String>,
    /// What it is where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

impl Field {
    /// How many fields it stands inside of.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.path.matches('.').count()
    }

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
        for one in alternatives(schema, &["anyOf", "oneOf", "allOf"]) {
            self.inside(one, path, depth + 1);
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
            personal: self.is_personal(field, 0) || self.is_within_personal(path),
            description: description.map(ToOwned::to_owned),
            bounds: bounds(whole),
            default: field.get("default").or_else(|| whole.get("default")).cloned(),
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

    /// Whether a field stands inside of a personal one, which is sealed as a whole.
    fn is_within_personal(&self, path: &str) -> bool {
        let within = |outer: &str| {
            path.strip_prefix(outer)
                .is_some_and(|rest| rest.starts_with(['.', '[', '{']))
        };
        self.found.iter().any(|one| one.personal && within(&one.path))
    }

    fn kind(&self, schema: &'a Value) -> String {
        let whole = self.resolved(schema);
        let name = |one: &Value| one.as_str().map(ToOwned::to_owned);
        let kind = match &whole["type"] {
            _ if whole.get("const").is_some() => whole["const"].to_string(),
            _ if whole["enum"].is_array() => choices(&whole["enum"]),
            Value::String(one) if one == "array" => format!("array of {}", self.kind(&whole["items"])),
            Value::String(one) if one == "object" => type_name(schema).unwrap_or(one).to_owned(),
            Value::String(one) => one.clone(),
            Value::Array(several) => several.iter().filter_map(name).collect::<Vec<_>>().join(" or "),
            _ => {
                let all = alternatives(whole, &["anyOf", "oneOf", "allOf"]);
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

/// What a schema says that it is for.
#[must_use]
pub fn description(schema: Option<&Value>) -> Option<&str> {
    schema?["description"].as_str()
}

/// The alternatives in these lists. Of a personal value the first one alone, which is what it is in
/// the clear: the others are how it is sealed.
fn alternatives<'a>(schema: &'a Value, lists: &'a [&'a str]) -> impl Iterator<Item = &'a Value> {
    let all = lists
        .iter()
        .flat_map(|list| schema[*list].as_array().into_iter().flatten());
    let most = if schema["x-personal"] == true {
        1
    } else {
        usize::MAX
    };
    all.take(most)
}

/// The name of the type that is referred to (`#/$defs/Money`).
fn type_name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// How many choices are told one by one.
const MOST_CHOICES: usize = 8;

fn choices(values: &Value) -> String {
    let values: Vec<_> = values
        .as_array()
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    match values.len() {
        0..=MOST_CHOICES => values.join(" or "),
        count => format!("one of {count}: {}, …", values[..MOST_CHOICES / 2].join(", ")),
    }
}

/// What is asked of a value by numbers and patterns, besides what its format says.
fn bounds(schema: &Value) -> Vec<String> {
    let bound = |word: &str| schema.get(word).filter(|bound| !of_the_format(schema, bound));
    let range = |least: &str, most: &str, of: &str| match (bound(least), bound(most)) {
        (Some(least), Some(most)) if least == most => Some(format!("{least}{of}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (Some(least), None) => Some(format!("{least}{of} at least")),
        (None, Some(most)) => Some(format!("{most}{of} at most")),
        (None, None) => None,
    };
    let pattern = schema["pattern"]
        .as_str()
        .map(|pattern| format!("like {pattern}"));
    let ranges = [
        range("minimum", "maximum", ""),
        range("minLength", "maxLength", " characters"),
        range("minItems", "maxItems", " items"),
    ];
    ranges.into_iter().flatten().chain(pattern).collect()
}

/// Whether a number is bounded so by its format (`uint32`; OpenAPI format registry).
fn of_the_format(schema: &Value, bound: &Value) -> bool {
    let bound = bound.as_i64().map(i128::from).or(bound.as_u64().map(i128::from));
    let ends = match schema["format"].as_str() {
        Some("int32") => [i128::from(i32::MIN), i128::from(i32::MAX)],
        Some("int64") => [i128::from(i64::MIN), i128::from(i64::MAX)],
        Some("uint16") => [0, i128::from(u16::MAX)],
        Some("uint32") => [0, i128::from(u32::MAX)],
        Some("uint64") => [0, i128::from(u64::MAX)],
        _ => return false,
    };
    bound.is_some_and(|bound| ends.contains(&bound))
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
                ("lines", "array of Line", false, false),
                ("lines[].sku", "string", true, false),
                ("tags", "object", false, false),
                ("tags{}.x", "integer", false, false),
            ]
        );
        assert_eq!(found[1].description.as_deref(), Some("Which."));
    }

    #[test]
    fn a_personal_value_is_shown_as_what_it_is_in_the_clear() {
        let sealed = json!({"type": "object", "properties": {"sealed": {"type": "string"}}});
        let schema =
            json!({"properties": {"email": {"x-personal": true, "anyOf": [{"type": "string"}, sealed]}}});
        let found = fields(&schema);
        let told: Vec<_> = found
            .iter()
            .map(|one| (&*one.path, &*one.kind, one.personal))
            .collect();
        assert_eq!(told, [("email", "string", true)]);
    }

    #[test]
    fn what_stands_inside_of_a_personal_value_is_personal() {
        let address = json!({"type": "object", "properties": {"lines": {"type": "array", "items": {"type": "string"}}}});
        let schema = json!({"properties": {
            "address": {"x-personal": true, "anyOf": [address]},
            "addressed": {"type": "boolean"},
        }});
        let found = fields(&schema);
        let told: Vec<_> = found.iter().map(|one| (&*one.path, one.personal)).collect();
        assert_eq!(
            told,
            [("address", true), ("address.lines", true), ("addressed", false)]
        );
    }

    #[test]
    fn choices_bounds_and_defaults_are_told() {
        let schema = json!({"properties": {
            "code": {"type": "string", "minLength": 2, "maxLength": 2, "pattern": "^[A-Z]+$"},
            "many": {"type": "integer", "minimum": 1, "default": 1},
            "size": {"type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX},
            "state": {"enum": ["open", "closed"]},
            "year": {"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9]},
        }});
        let [code, many, size, state, year] = &fields(&schema)[..] else {
            panic!("five fields")
        };
        assert_eq!(code.bounds, ["2 characters", "like ^[A-Z]+$"]);
        assert_eq!(
            (&many.bounds[..], &many.default),
            (&["1 at least".to_owned()][..], &Some(json!(1)))
        );
        assert_eq!((&*size.kind, size.bounds.len()), ("integer (uint32)", 0));
        assert_eq!(year.kind, "one of 9: 1, 2, 3, 4, …");
        assert_eq!(state.kind, "\"open\" or \"closed\"");
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
