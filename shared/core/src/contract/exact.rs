//! What `schemars` leaves open, and the Rust types do not.

use serde_json::{Map, Value, json};

use super::Form;

/// The keywords under which schemas stand by names of their own.
const BY_NAME: [&str; 3] = ["properties", "$defs", "patternProperties"];

/// Says in every part of the schema what is true of it.
pub(super) fn exact(schema: &mut Value, form: Form) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| exact(schema, form)),
        Value::Object(members) => {
            bound(members);
            describe(members);
            one_choice(members);
            match form {
                Form::Written => not_null(members),
                Form::Reader => filled_with_null(members),
            }
            for (keyword, value) in members {
                match (BY_NAME.contains(&keyword.as_str()), value) {
                    (true, Value::Object(schemas)) => {
                        schemas.values_mut().for_each(|schema| exact(schema, form))
                    }
                    // Values, and not schemas.
                    (false, _) if ["default", "const", "enum", "examples"].contains(&keyword.as_str()) => {}
                    (_, value) => exact(value, form),
                }
            }
        }
        _ => {}
    }
}

/// An integer has the bounds of its type, of which `format` tells (OpenAPI format registry).
fn bound(schema: &mut Map<String, Value>) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64") => (json!(i64::MIN), json!(i64::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64") => (json!(0), json!(u64::MAX)),
        _ => return,
    };
    schema.entry("minimum").or_insert(least);
    schema.entry("maximum").or_insert(most);
}

/// A description is for those who do not read Rust: a link to an item is its name, and lines are as long as they get.
fn describe(schema: &mut Map<String, Value>) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let paragraphs = description
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "));
        let text = paragraphs.collect::<Vec<_>>().join("\n\n");
        *description = without_links(&text);
    }
}

/// rustdoc links an item as [`Item`], or by a path that follows.
fn without_links(text: &str) -> String {
    let mut parts = text.split("[`");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (item, rest) = part.split_once("`]").unwrap_or((part, ""));
        let path = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        plain = format!("{plain}`{item}`{}", path.map_or(rest, |(_, rest)| rest));
    }
    plain
}

/// A value that may be null, of one of several schemas, is of one of these or null: one choice, not two of which one stands in the other. So a mark
/// (`x-personal`) stands where the member is.
fn one_choice(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    let [Value::Object(inner), null] = choices.as_mut_slice() else {
        return;
    };
    let is_choice = inner.get("anyOf").is_some_and(Value::is_array);
    if null["type"] != "null" || !is_choice {
        return;
    }
    let (mut inner, null) = (std::mem::take(inner), null.take());
    if let Some(Value::Array(choices)) = inner.get_mut("anyOf") {
        choices.push(null);
    }
    schema.remove("anyOf");
    for (keyword, value) in inner {
        schema.entry(keyword).or_insert(value);
    }
}

/// The members of an object that may be left out.
fn optional(schema: &mut Map<String, Value>) -> Vec<&mut Map<String, Value>> {
    let required = schema.get("required").cloned().unwrap_or_default();
    let required = |name: &String| required.as_array().is_some_and(|all| all.contains(&json!(name)));
    let members = schema
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten();
    let optional = members.filter(|(name, _)| !required(name));
    optional
        .filter_map(|(_, member)| member.as_object_mut())
        .collect()
}

/// Who writes leaves a member out where it has no value (`skip_serializing_if = "Option::is_none"`), and writes no null there. Nothing is filled in.
fn not_null(schema: &mut Map<String, Value>) {
    for member in optional(schema) {
        one_choice(member);
        for several in ["anyOf", "type", "enum"] {
            if let Some(Value::Array(all)) = member.get_mut(several) {
                all.retain(|one| *one != "null" && !one.is_null() && one["type"] != "null");
            }
        }
        if let Some([one]) = member.get("type").and_then(Value::as_array).map(Vec::as_slice) {
            let one = one.clone();
            member.insert("type".to_owned(), one);
        }
        if let Some([Value::Object(one)]) = member.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
            let one = one.clone();
            member.remove("anyOf");
            for (keyword, value) in one {
                member.entry(keyword).or_insert(value);
            }
        }
    }
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        for member in members.values_mut().filter_map(Value::as_object_mut) {
            member.remove("default");
        }
    }
}

/// Who reads takes an option that is left out for null.
fn filled_with_null(schema: &mut Map<String, Value>) {
    for member in optional(schema) {
        let null = json!("null");
        let is_null = |one: &Value| *one == null || one["type"] == null;
        let choices = ["type", "anyOf"]
            .into_iter()
            .filter_map(|several| member.get(several)?.as_array());
        if choices.flatten().any(is_null) {
            member.entry("default").or_insert(Value::Null);
        }
    }
}
