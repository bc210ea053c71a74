//! The parameters of an operation: those of its path, those of its query string, the header `Idempotency-Key`, and its own headers.

use serde_json::{Value, json};
use tidings_core::catalogue::{Endpoint, Header, IdempotencyKey};

use super::reference;
use crate::http::{LONGEST_ID, once::key};

/// All of the endpoint's, where `query` is the schema of its query string.
pub(super) fn of<E: Endpoint>(query: &Value) -> Vec<Value> {
    let mut parameters = of_the_path(E::PATH);
    parameters.extend(of_the_query(query));
    match E::KEY {
        IdempotencyKey::Required => parameters.push(reference("parameters", "IdempotencyKeyRequired")),
        IdempotencyKey::Optional => parameters.push(reference("parameters", "IdempotencyKey")),
        IdempotencyKey::Ignored => {}
    }
    parameters.extend(E::HEADERS.iter().map(of_a_header));
    parameters
}

/// The parameters that operations refer to.
pub(super) fn shared() -> Value {
    let key = |required: bool| {
        json!({
            "name": key::HEADER,
            "in": "header",
            "required": required,
            "description": "Says which requests are one: sent again with the same key, a request has the same answer and no second effect. \
                A new UUID for each, with or without quotes.",
            "schema": { "type": "string", "pattern": key::PATTERN },
            "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
        })
    };
    json!({ "IdempotencyKeyRequired": key(true), "IdempotencyKey": key(false) })
}

fn of_the_path(path: &str) -> Vec<Value> {
    let names = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_ID });
    let parameter = |name| json!({ "name": name, "in": "path", "required": true, "schema": schema });
    names.map(parameter).collect()
}

fn of_a_header(header: &Header) -> Value {
    json!({
        "name": header.name,
        "in": "header",
        "required": false,
        "description": header.description,
        "schema": { "type": "string" },
    })
}

fn of_the_query(query: &Value) -> Vec<Value> {
    let properties = query["properties"].as_object().into_iter().flatten();
    let required = |name: &String| {
        let names = query["required"].as_array();
        names.is_some_and(|names| names.iter().any(|required| required == name.as_str()))
    };
    let parameters = properties.map(|(name, schema)| {
        let mut schema = not_null(schema.clone());
        let mut parameter = json!({ "name": name, "in": "query", "required": required(name) });
        if let Some(description) = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"))
        {
            parameter["description"] = description;
        }
        parameter["schema"] = schema;
        parameter
    });
    parameters.collect()
}

/// The schema of a value that is there: a parameter is left out, and never null.
fn not_null(mut schema: Value) -> Value {
    let no_null = |types: &mut Vec<Value>| types.retain(|one| one != "null" && one["type"] != "null");
    for several in ["type", "anyOf", "enum"] {
        if let Some(types) = schema[several].as_array_mut() {
            no_null(types);
        }
    }
    let Some(members) = schema.as_object_mut() else {
        return schema;
    };
    if let Some([one]) = members.get("type").and_then(Value::as_array).map(Vec::as_slice) {
        let one = one.clone();
        members.insert("type".to_owned(), one);
    }
    if let Some([Value::Object(one)]) = members.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        let one = one.clone();
        members.remove("anyOf");
        for (name, value) in one {
            members.entry(name).or_insert(value);
        }
    }
    // Indexing has put them there.
    members.retain(|_, value| !value.is_null());
    schema
}
