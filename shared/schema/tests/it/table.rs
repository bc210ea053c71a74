//! The table kind by mode, and the list of rules: docs/schema-rules.md holds what this test makes of them.

use serde_json::{Value, json};
use tidings_schema::{ContentModel, Direction, Finding, Mode, Verdict, change, rules};

use crate::confirm::confirm;

/// A kind of change, with an example of it.
pub struct Kind {
    pub name: &'static str,
    pub old: Value,
    pub new: Value,
}

fn property(schema: &Value) -> Value {
    json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] })
}

fn object(properties: &Value, required: &[&str], closed: bool) -> Value {
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if closed {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

/// Every kind of change that has published rules.
pub fn kinds() -> Vec<Kind> {
    let (one, two) = (
        json!({ "a": { "type": "string" } }),
        json!({ "a": { "type": "string" }, "b": { "type": "integer" } }),
    );
    let defaulted = json!({ "a": { "type": "string" }, "b": { "type": "integer", "default": 1 } });
    let recursive = |item: Value| {
        json!({
            "$defs": { "Tree": { "type": "object", "properties": {
                "name": item, "children": { "type": "array", "items": { "$ref": "#/$defs/Tree" } },
            } } },
            "$ref": "#/$defs/Tree",
        })
    };
    let kinds: Vec<(&'static str, Value, Value)> = vec![
        (
            "title or description changed",
            property(&json!({ "title": "a" })),
            property(&json!({ "title": "b", "description": "c" })),
        ),
        (
            "default changed",
            property(&json!({ "type": "string", "default": "a" })),
            property(&json!({ "type": "string", "default": "b" })),
        ),
        (
            "anything is taken now",
            property(&json!({ "type": "string" })),
            property(&json!({})),
        ),
        (
            "type changed",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "number" })),
        ),
        (
            "type widened: integer to number",
            property(&json!({ "type": "integer" })),
            property(&json!({ "type": "number" })),
        ),
        (
            "type widened: null as well",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": ["string", "null"] })),
        ),
        (
            "type narrowed: no null",
            property(&json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })),
            property(&json!({ "type": "string" })),
        ),
        (
            "integer widened: u32 to u64",
            property(&json!({ "type": "integer", "format": "uint32" })),
            property(&json!({ "type": "integer", "format": "uint64" })),
        ),
        (
            "minimum added",
            property(&json!({ "type": "integer" })),
            property(&json!({ "type": "integer", "minimum": 1 })),
        ),
        (
            "minimum raised",
            property(&json!({ "type": "integer", "minimum": 1 })),
            property(&json!({ "type": "integer", "minimum": 2 })),
        ),
        (
            "minimum lowered",
            property(&json!({ "type": "integer", "minimum": 2 })),
            property(&json!({ "type": "integer", "minimum": 1 })),
        ),
        (
            "exclusiveMinimum added",
            property(&json!({ "type": "number", "minimum": 1 })),
            property(&json!({ "type": "number", "exclusiveMinimum": 1 })),
        ),
        (
            "minimum removed",
            property(&json!({ "type": "integer", "minimum": 1 })),
            property(&json!({ "type": "integer" })),
        ),
        (
            "maximum lowered",
            property(&json!({ "type": "integer", "maximum": 9 })),
            property(&json!({ "type": "integer", "maximum": 8 })),
        ),
        (
            "maximum raised",
            property(&json!({ "type": "integer", "maximum": 8 })),
            property(&json!({ "type": "integer", "maximum": 9 })),
        ),
        (
            "minLength raised",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "minLength": 1 })),
        ),
        (
            "minLength lowered",
            property(&json!({ "type": "string", "minLength": 2 })),
            property(&json!({ "type": "string", "minLength": 1 })),
        ),
        (
            "maxLength lowered",
            property(&json!({ "type": "string", "maxLength": 9 })),
            property(&json!({ "type": "string", "maxLength": 8 })),
        ),
        (
            "maxLength raised",
            property(&json!({ "type": "string", "maxLength": 8 })),
            property(&json!({ "type": "string", "maxLength": 9 })),
        ),
        (
            "minItems raised",
            property(&json!({ "type": "array" })),
            property(&json!({ "type": "array", "minItems": 1 })),
        ),
        (
            "maxItems raised",
            property(&json!({ "type": "array", "maxItems": 1 })),
            property(&json!({ "type": "array", "maxItems": 2 })),
        ),
        (
            "minContains raised",
            property(&json!({ "type": "array", "contains": { "type": "string" } })),
            property(&json!({ "type": "array", "contains": { "type": "string" }, "minContains": 2 })),
        ),
        (
            "minProperties raised",
            property(&json!({ "type": "object" })),
            property(&json!({ "type": "object", "minProperties": 1 })),
        ),
        (
            "maxProperties raised",
            property(&json!({ "type": "object", "maxProperties": 1 })),
            property(&json!({ "type": "object", "maxProperties": 2 })),
        ),
        (
            "pattern added",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "pattern": "^[a-z]+$" })),
        ),
        (
            "pattern removed",
            property(&json!({ "type": "string", "pattern": "^[a-z]+$" })),
            property(&json!({ "type": "string" })),
        ),
        (
            "pattern changed",
            property(&json!({ "type": "string", "pattern": "^[a-z]+$" })),
            property(&json!({ "type": "string", "pattern": "^[A-Z]+$" })),
        ),
        (
            "pattern widened",
            property(&json!({ "type": "string", "pattern": "^[a-z]{2}$" })),
            property(&json!({ "type": "string", "pattern": "^[a-z]+$" })),
        ),
        (
            "multipleOf added",
            property(&json!({ "type": "integer" })),
            property(&json!({ "type": "integer", "multipleOf": 5 })),
        ),
        (
            "multipleOf to a divisor",
            property(&json!({ "type": "integer", "multipleOf": 10 })),
            property(&json!({ "type": "integer", "multipleOf": 5 })),
        ),
        (
            "multipleOf to another",
            property(&json!({ "type": "integer", "multipleOf": 7 })),
            property(&json!({ "type": "integer", "multipleOf": 5 })),
        ),
        (
            "format added",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "format": "uuid" })),
        ),
        (
            "format removed",
            property(&json!({ "type": "string", "format": "uuid" })),
            property(&json!({ "type": "string" })),
        ),
        (
            "format changed",
            property(&json!({ "type": "string", "format": "uuid" })),
            property(&json!({ "type": "string", "format": "date" })),
        ),
        (
            "format that no validator knows added",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "format": "sku" })),
        ),
        (
            "contentEncoding added",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "contentEncoding": "base64" })),
        ),
        (
            "contentMediaType changed",
            property(&json!({ "type": "string", "contentMediaType": "image/png" })),
            property(&json!({ "type": "string", "contentMediaType": "image/jpeg" })),
        ),
        (
            "enum value added",
            property(&json!({ "type": "string", "enum": ["a", "b"] })),
            property(&json!({ "type": "string", "enum": ["a", "b", "c"] })),
        ),
        (
            "enum value removed",
            property(&json!({ "type": "string", "enum": ["a", "b"] })),
            property(&json!({ "type": "string", "enum": ["a"] })),
        ),
        (
            "enum values added and removed",
            property(&json!({ "type": "string", "enum": ["a", "b"] })),
            property(&json!({ "type": "string", "enum": ["b", "c"] })),
        ),
        (
            "enum of a free string",
            property(&json!({ "type": "string" })),
            property(&json!({ "type": "string", "enum": ["a"] })),
        ),
        (
            "const changed",
            property(&json!({ "const": "a" })),
            property(&json!({ "const": "b" })),
        ),
        (
            "optional property made required",
            object(&one, &[], false),
            object(&one, &["a"], false),
        ),
        (
            "optional property with a default made required",
            object(&defaulted, &["a"], false),
            object(&defaulted, &["a", "b"], false),
        ),
        (
            "required property made optional",
            object(&one, &["a"], false),
            object(&one, &[], false),
        ),
        (
            "optional property added, open",
            object(&one, &["a"], false),
            object(&two, &["a"], false),
        ),
        (
            "optional property added, closed",
            object(&one, &["a"], true),
            object(&two, &["a"], true),
        ),
        (
            "required property added, open",
            object(&one, &["a"], false),
            object(&two, &["a", "b"], false),
        ),
        (
            "required property added, closed",
            object(&one, &["a"], true),
            object(&two, &["a", "b"], true),
        ),
        (
            "required property with a default added, closed",
            object(&one, &["a"], true),
            object(&defaulted, &["a", "b"], true),
        ),
        (
            "optional property removed, open",
            object(&two, &["a"], false),
            object(&one, &["a"], false),
        ),
        (
            "optional property removed, closed",
            object(&two, &["a"], true),
            object(&one, &["a"], true),
        ),
        (
            "required property removed, open",
            object(&two, &["a", "b"], false),
            object(&one, &["a"], false),
        ),
        (
            "required property renamed",
            object(&json!({ "mail": { "type": "string" } }), &["mail"], false),
            object(&json!({ "email": { "type": "string" } }), &["email"], false),
        ),
        (
            "optional property renamed",
            object(&json!({ "mail": { "type": "string" } }), &[], false),
            object(&json!({ "email": { "type": "string" } }), &[], false),
        ),
        (
            "closed model opened",
            object(&one, &["a"], true),
            object(&one, &["a"], false),
        ),
        (
            "open model closed",
            object(&one, &["a"], false),
            object(&one, &["a"], true),
        ),
        (
            "values of a map narrowed",
            json!({ "type": "object", "additionalProperties": { "type": ["string", "null"] } }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ),
        (
            "dependentRequired added",
            object(&two, &[], false),
            json!({ "type": "object", "properties": two, "dependentRequired": { "a": ["b"] } }),
        ),
        (
            "dependentSchemas added",
            object(&two, &[], false),
            json!({ "type": "object", "properties": two, "dependentSchemas": { "a": { "required": ["b"] } } }),
        ),
        (
            "optional property added that a partially open model covers",
            json!({ "type": "object", "properties": one, "patternProperties": { "^b": { "type": "integer" } }, "additionalProperties": false }),
            json!({ "type": "object", "properties": two, "patternProperties": { "^b": { "type": "integer" } }, "additionalProperties": false }),
        ),
        (
            "open model closed by unevaluatedProperties",
            object(&one, &["a"], false),
            json!({ "type": "object", "properties": one, "required": ["a"], "unevaluatedProperties": false }),
        ),
        (
            "items described",
            json!({ "type": "array" }),
            json!({ "type": "array", "items": { "type": "string" } }),
        ),
        (
            "tuple item added, open",
            json!({ "type": "array", "prefixItems": [{ "type": "string" }] }),
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }] }),
        ),
        (
            "tuple item added, closed",
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": false }),
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false }),
        ),
        (
            "uniqueItems added",
            json!({ "type": "array" }),
            json!({ "type": "array", "uniqueItems": true }),
        ),
        (
            "anyOf alternative added",
            property(&json!({ "anyOf": [{ "type": "string" }] })),
            property(&json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] })),
        ),
        (
            "oneOf alternative added",
            property(&json!({ "oneOf": [{ "type": "string" }] })),
            property(&json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] })),
        ),
        (
            "oneOf alternative added that overlaps",
            property(&json!({ "oneOf": [{ "type": "string" }] })),
            property(&json!({ "oneOf": [{ "type": "string" }, { "maxLength": 5 }] })),
        ),
        (
            "allOf conjunct added",
            property(&json!({ "allOf": [{ "type": "string" }] })),
            property(&json!({ "allOf": [{ "type": "string" }, { "maxLength": 5 }] })),
        ),
        (
            "oneOf became anyOf",
            property(&json!({ "oneOf": [{ "maximum": 100 }, { "multipleOf": 6 }], "type": "integer" })),
            property(&json!({ "anyOf": [{ "maximum": 100 }, { "multipleOf": 6 }], "type": "integer" })),
        ),
        (
            "allOf became anyOf",
            property(&json!({ "allOf": [{ "maximum": 100 }, { "multipleOf": 6 }], "type": "integer" })),
            property(&json!({ "anyOf": [{ "maximum": 100 }, { "multipleOf": 6 }], "type": "integer" })),
        ),
        (
            "if, then and else added",
            property(&json!({ "type": "integer" })),
            property(
                &json!({ "type": "integer", "if": { "minimum": 10 }, "then": { "multipleOf": 10 }, "else": { "minimum": 0 } }),
            ),
        ),
        (
            "if changed",
            property(&json!({ "type": "integer", "if": { "minimum": 10 }, "then": { "multipleOf": 10 } })),
            property(&json!({ "type": "integer", "if": { "maximum": 9 }, "then": { "multipleOf": 10 } })),
        ),
        (
            "then added",
            property(&json!({ "type": "integer", "if": { "minimum": 10 } })),
            property(&json!({ "type": "integer", "if": { "minimum": 10 }, "then": { "multipleOf": 10 } })),
        ),
        (
            "not narrowed",
            property(&json!({ "not": { "type": "string", "maxLength": 10 } })),
            property(&json!({ "not": { "type": "string", "maxLength": 5 } })),
        ),
        (
            "$ref inlined",
            json!({ "$defs": { "A": { "type": "string" } }, "type": "object", "properties": { "a": { "$ref": "#/$defs/A" } } }),
            object(&one, &[], false),
        ),
        (
            "recursive type: optional field narrowed",
            recursive(json!({ "type": ["string", "null"] })),
            recursive(json!({ "type": "string" })),
        ),
    ];
    kinds
        .into_iter()
        .map(|(name, old, new)| Kind { name, old, new })
        .collect()
}

fn sign(kind: &Kind, direction: Direction, content: ContentModel) -> (Verdict, Vec<Finding>) {
    let mode = match direction {
        Direction::Backward => Mode::Backward,
        Direction::Forward => Mode::Forward,
    };
    let outcome = change(&kind.old, &kind.new, mode, content);
    confirm(&kind.old, &kind.new, &outcome.findings);
    (outcome.verdict, outcome.findings)
}

fn told(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Compatible => "✓",
        Verdict::Unknown => "?",
        Verdict::Incompatible => "✗",
    }
}

/// The table, as the documentation has it.
fn table() -> String {
    let mut table = "| Change | B | F | FULL | B strict | F strict | FULL strict | Rules |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    for kind in kinds() {
        let mut row = format!("| {} |", kind.name);
        let mut named: Vec<String> = Vec::new();
        for content in [ContentModel::Lenient, ContentModel::Strict] {
            let directions =
                [Direction::Backward, Direction::Forward].map(|direction| sign(&kind, direction, content));
            let full = directions[0].0.max(directions[1].0);
            row += &format!(
                " {} | {} | {} |",
                told(directions[0].0),
                told(directions[1].0),
                told(full)
            );
            named.extend(
                directions
                    .iter()
                    .flat_map(|(_, findings)| findings)
                    .map(|finding| finding.rule.id.to_owned()),
            );
        }
        named.sort();
        named.dedup();
        let links: Vec<String> = named
            .iter()
            .map(|id| format!("[{id}](#{})", id.to_lowercase()))
            .collect();
        table += &format!("{row} {} |\n", links.join(", "));
    }
    table
}

/// A section for each rule.
fn sections() -> String {
    rules::ALL
        .iter()
        .map(|rule| format!("### {}\n\n{:?}. {}\n\n", rule.id, rule.severity, rule.says))
        .collect()
}

#[test]
fn the_documentation_says_what_the_gate_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema-rules.md");
    let text = std::fs::read_to_string(page).unwrap();
    let mut made = text.clone();
    for (name, content) in [("table", table()), ("rules", sections())] {
        let (begin, end) = (
            format!("<!-- {name}: begin -->\n"),
            format!("<!-- {name}: end -->"),
        );
        let (before, rest) = made.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        made = format!("{before}{begin}\n{content}\n{end}{after}");
    }
    if std::env::var_os("TIDINGS_UPDATE").is_some() {
        std::fs::write(page, &made).unwrap();
    }
    let differs = made.lines().zip(text.lines()).find(|(made, text)| made != text);
    assert!(
        made == text || std::env::var_os("TIDINGS_UPDATE").is_some(),
        "docs/schema-rules.md is not what the gate says; update it: TIDINGS_UPDATE=1 cargo nextest run -p tidings-schema -E 'test(table)'. {differs:?}"
    );
}
