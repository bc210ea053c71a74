//! Reading a request.

use std::{fmt, marker::PhantomData};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::error::Category;
use tidings_core::{Actor, catalogue::Endpoint, causation::Origin};
use uuid::Uuid;

use super::{FieldError, MOST_BODY_BYTES, Problem, caller::caller, pointer::step};
use crate::event_store::Author;

/// A request to the endpoint `E`, as a Function URL or an HTTP API gives it.
pub struct Request<E> {
    pub(super) event: ApiGatewayV2httpRequest,
    caller: Option<String>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Request<E> {
    /// # Errors
    /// When it does not name one caller, and one only: 403.
    pub(super) fn new(event: ApiGatewayV2httpRequest) -> Result<Self, Problem> {
        Ok(Self {
            caller: caller(event.request_context.authorizer.as_ref())?,
            event,
            endpoint: PhantomData,
        })
    }

    /// Reads the body as JSON, as the endpoint declares it.
    ///
    /// # Errors
    /// A [`Problem`]: no JSON media type (415), too large (413), no JSON (400), or not the shape that is
    /// expected, which names the field (422).
    pub fn json(&self) -> Result<E::Body, Problem> {
        let content_type = self.header("content-type").unwrap_or("application/json");
        if !is_json(content_type) {
            let detail = format!("content-type must be application/json, and is {content_type}");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let body = self.body()?;
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::fields(vec![FieldError::new(
                "",
                "the body must be a JSON object, not an array",
            )]));
        }
        let json = &mut serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
            let pointer = pointer(error.path());
            let error = error.into_inner();
            let text = error.to_string();
            // A number that no type can hold is told by serde_json as a fault of the syntax; it is one of its field.
            let out_of_range = !pointer.is_empty() && text.starts_with("number out of range");
            match error.classify() {
                Category::Data => Problem::fields(vec![FieldError::new(pointer + &missing(&text), text)]),
                _ if out_of_range => Problem::fields(vec![FieldError::new(pointer, text)]),
                _ => malformed(&error),
            }
        })?;
        json.end().map_err(|error| malformed(&error))?;
        Ok(value)
    }

    pub(super) fn body(&self) -> Result<Vec<u8>, Problem> {
        let text = self.event.body.as_deref().unwrap_or_default();
        let body = if self.event.is_base64_encoded {
            let unreadable = |_| {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "the body is said to be base64 and is not",
                )
            };
            BASE64_STANDARD.decode(text).map_err(unreadable)?
        } else {
            text.as_bytes().to_vec()
        };
        if body.len() > MOST_BODY_BYTES {
            let detail = format!("the body has {} bytes; {MOST_BODY_BYTES} is the most", body.len());
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        Ok(body)
    }

    /// A header, by its name in lower case; none where it is no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Who calls: what the authoriser says, never what the body says.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let http = &self.event.request_context.http;
        Actor {
            id: self.caller.clone(),
            ip: http.source_ip.clone().filter(|ip| !ip.is_empty()),
            agent: http.user_agent.clone().filter(|agent| !agent.is_empty()),
        }
    }

    /// Who writes the events that this request causes: a new chain, in the caller's trace.
    #[must_use]
    pub fn author(&self, service: &str) -> Author {
        Author {
            trace: self.header("traceparent").and_then(|text| text.parse().ok()),
            actor: self.actor(),
            ..Author::service(service)
        }
    }

    /// Where an event that this request causes comes from: a new chain, in the caller's trace.
    #[must_use]
    pub fn origin(&self, service: &str, id: Uuid, time: Timestamp) -> Origin {
        let author = self.author(service);
        Origin {
            source: author.source,
            id,
            time,
            correlation_id: author.correlation_id,
            trace: author.trace,
            actor: author.actor,
        }
    }
}

impl<E: Endpoint> fmt::Debug for Request<E> {
    /// Not what it holds, which may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("to", &E::NAME)
            .finish_non_exhaustive()
    }
}

/// `application/json`, or another type in its syntax (RFC 6839, section 3.1: `+json`), with parameters or without.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))
}

/// The pointer's last step, where the fault is that a field is missing: the path leads only to what it is missing from.
fn missing(text: &str) -> String {
    absent(text).map(step).unwrap_or_default()
}

/// The name of the field that is missing, or comes twice, where that is the fault.
pub(super) fn absent(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("missing field `");
    let rest = rest.or_else(|| text.strip_prefix("duplicate field `"));
    rest?.split('`').next()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => step(key),
        Segment::Enum { variant } => step(variant),
        Segment::Unknown => "/?".to_owned(),
    });
    segments.collect()
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug)]
    struct PutPot;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Pot {
        #[serde(rename = "a/b ~c")]
        _odd: u8,
    }

    impl Endpoint for PutPot {
        const NAME: &'static str = "put-pot";
        const SERVICE: &'static str = "kitchen";
        const SUMMARY: &'static str = "A pot.";
        const METHOD: &'static str = "PUT";
        const PATH: &'static str = "/pots";
        type Body = Pot;
        type Query = ();
        type Answer = ();
    }

    fn pointed_at(body: &str) -> String {
        let mut event = ApiGatewayV2httpRequest::default();
        event.body = Some(body.to_owned());
        let request = Request::<PutPot>::new(event).unwrap();
        let problem = request.json().unwrap_err();
        assert_eq!(problem.status(), 422);
        let [error] = problem.errors() else {
            panic!("one error: {problem:?}")
        };
        error.pointer.clone()
    }

    #[test]
    fn a_field_is_pointed_at_whatever_it_is_called_also_where_it_is_missing_or_unknown() {
        assert_eq!(pointed_at(r#"{"a/b ~c":"x"}"#), "#/a~1b%20~0c");
        assert_eq!(pointed_at("{}"), "#/a~1b%20~0c");
        assert_eq!(pointed_at(r#"{"a/b ~c":1,"a/b ~c":1}"#), "#/a~1b%20~0c");
        assert_eq!(pointed_at(r#"{"d/e":1}"#), "#/d~1e");
    }
}
