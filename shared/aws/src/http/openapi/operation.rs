//! One endpoint, as an operation of the document.

use serde_json::{Map, Value, json};
use tidings_core::catalogue::{Endpoint, Link};

use super::{Schemas, parameters, refusals};

/// The operation of the endpoint `E`.
pub(super) fn operation<E: Endpoint>(schemas: &mut Schemas) -> Value {
    let body = schemas.body::<E>();
    let mut operation = json!({
        "operationId": E::NAME,
        "summary": E::SUMMARY,
        "tags": [E::SERVICE],
        "responses": responses::<E>(schemas, body.is_some()),
    });
    let parameters = parameters::of::<E>(&schemas.query::<E>());
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = body {
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    let published: Vec<_> = E::PUBLISHES
        .iter()
        .map(|event| format!("`{}`", event.name))
        .collect();
    if !published.is_empty() {
        operation["description"] = format!("Publishes {}.", published.join(", ")).into();
    }
    operation
}

fn responses<E: Endpoint>(schemas: &mut Schemas, has_body: bool) -> Map<String, Value> {
    let mut answer = json!({ "description": answered(E::STATUS) });
    if let Some(schema) = schemas.answer::<E>() {
        answer["content"] = json!({ "application/json": { "schema": schema } });
    }
    if !E::LINKS.is_empty() {
        answer["links"] = E::LINKS.iter().map(link).collect::<Map<_, _>>().into();
    }
    let mut responses = refusals::of::<E>(has_body);
    responses.insert(E::STATUS.to_string(), answer);
    responses
}

/// A link by its name, which is that of the operation it leads to.
fn link(link: &Link) -> (String, Value) {
    let parameters: Map<_, _> = link
        .with
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    (
        link.to.to_owned(),
        json!({ "operationId": link.to, "parameters": parameters }),
    )
}

/// What a status says (RFC 9110, section 15.3).
fn answered(status: u16) -> &'static str {
    match status {
        201 => "It is there from now on.",
        202 => "The request was taken, and its consequences follow.",
        _ => "Here it is.",
    }
}
