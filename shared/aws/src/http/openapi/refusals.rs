//! What an endpoint can refuse: it follows from what it reads and does. What it refuses by rules of its own has one of these statuses or another,
//! which `default` stands for.

use http::StatusCode;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use tidings_core::catalogue::{Endpoint, IdempotencyKey};

use super::reference;
use crate::http::{FieldError, MOST_BODY_BYTES};

/// A refusal that several endpoints share, by the name of its response.
struct Refusal {
    name: &'static str,
    status: StatusCode,
    description: &'static str,
}

const REFUSALS: [Refusal; 8] = [
    refusal(
        "Malformed",
        StatusCode::BAD_REQUEST,
        "The body is no JSON, or a parameter or the key is missing or wrong.",
    ),
    refusal(
        "NotFound",
        StatusCode::NOT_FOUND,
        "There is no such thing, or there was none then.",
    ),
    refusal(
        "Conflict",
        StatusCode::CONFLICT,
        "What is there does not allow it, or changes so often that it could not be decided.",
    ),
    refusal(
        "TooLarge",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is larger than is read.",
    ),
    refusal(
        "NoJson",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "The content type is none of JSON.",
    ),
    refusal(
        "Invalid",
        StatusCode::UNPROCESSABLE_ENTITY,
        "Fields are wrong, and are named; or the key was used for another request.",
    ),
    refusal(
        "Failed",
        StatusCode::INTERNAL_SERVER_ERROR,
        "The service cannot do this.",
    ),
    refusal(
        "Unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The service cannot do this now; the same request may be sent again.",
    ),
];

const fn refusal(name: &'static str, status: StatusCode, description: &'static str) -> Refusal {
    Refusal {
        name,
        status,
        description,
    }
}

/// The refusals of the endpoint, by their status.
pub(super) fn of<E: Endpoint>(has_body: bool) -> Map<String, Value> {
    let publishes = !E::PUBLISHES.is_empty();
    let keyed = E::KEY != IdempotencyKey::Ignored;
    let possible = |refusal: &&Refusal| match refusal.status {
        StatusCode::BAD_REQUEST => true,
        StatusCode::NOT_FOUND => E::PATH.contains('{'),
        StatusCode::CONFLICT => publishes,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE => has_body,
        StatusCode::UNPROCESSABLE_ENTITY => has_body || keyed,
        _ => true,
    };
    let mut refusals: Map<_, _> = REFUSALS
        .iter()
        .filter(possible)
        .map(|refusal| {
            (
                refusal.status.as_str().to_owned(),
                reference("responses", refusal.name),
            )
        })
        .collect();
    refusals.insert("default".to_owned(), reference("responses", "Refused"));
    refusals
}

/// The responses that operations refer to.
pub(super) fn responses() -> Value {
    let content = json!({ "application/problem+json": { "schema": reference("schemas", "Problem") } });
    let response = |description: &str| json!({ "description": description, "content": content });
    let mut responses: Map<_, _> = REFUSALS
        .iter()
        .map(|refusal| (refusal.name.to_owned(), response(refusal.description)))
        .collect();
    let refused = "The endpoint's own rules do not allow it.";
    responses.insert("Refused".to_owned(), response(refused));
    responses["TooLarge"]["description"] =
        format!("The body is larger than {MOST_BODY_BYTES} bytes, which is the most.").into();
    responses.into()
}

/// Problem details (RFC 9457, section 3.1), and the member that names fields.
pub(super) fn schema() -> Value {
    let mut errors = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        })
        .into_generator();
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457). An endpoint may tell more in members of their own names.",
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "default": "about:blank" },
            "title": { "type": "string", "description": "What the status says." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What is wrong with this request." },
            "errors": { "type": "array", "items": errors.subschema_for::<FieldError>() },
        },
        "required": ["title", "status", "detail"],
    })
}
