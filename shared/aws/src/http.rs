//! Requests and answers of publisher functions, and problems (RFC 9457).

use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use jiff::Timestamp;
use problem_details::ProblemDetails;
use serde::{Serialize, de::DeserializeOwned};
use tidings_core::{Actor, catalogue::Publisher, causation::Origin};
use tracing::{error, info};
use uuid::Uuid;

/// The largest body that a publisher reads, in bytes: an event made of it stays within what the topic takes.
pub const MOST_BODY_BYTES: usize = 128 * 1024;

/// A publisher's handler.
pub trait Serve: Publisher {
    /// Answers a request.
    ///
    /// # Errors
    /// A [`Problem`]; nothing has been published then.
    fn serve(&self, request: &Request) -> impl Future<Output = Result<Answer, Problem>> + Send;
}

/// A request, as a Function URL gives it.
#[derive(Debug)]
pub struct Request(LambdaFunctionUrlRequest);

/// A JSON answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: serde_json::Value,
}

impl Answer {
    /// The request was taken, and its consequences follow (202).
    #[must_use]
    pub fn accepted(body: serde_json::Value) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            body,
        }
    }
}

/// Why a request was not served: RFC 9457 problem details.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    cause: Option<String>,
}

/// What is wrong with one field (the extension member `errors` of RFC 9457, section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer to the field, as a URI fragment (RFC 6901, section 6).
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldError {
    /// Says what is wrong with the field at `pointer` (`/items/0/quantity`).
    #[must_use]
    pub fn new(pointer: impl AsRef<str>, detail: impl Into<String>) -> Self {
        Self {
            pointer: format!("#{}", pointer.as_ref()),
            detail: detail.into(),
        }
    }
}

#[derive(Serialize)]
struct Errors {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    /// A problem without a field.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            cause: None,
        }
    }

    /// Fields of the body are wrong (422).
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let first = errors
            .first()
            .map(|error| format!("{} {}", &error.pointer[1..], error.detail));
        let detail = first.unwrap_or_else(|| "the request is not valid".to_owned());
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            detail,
            errors,
            cause: None,
        }
    }

    /// Something that the service needs does not answer (503); the same request may be sent again.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// Keeps what is behind the problem, for the log; the caller is not told.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong with which fields.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The answer, `application/problem+json`.
    #[must_use]
    pub fn response(self) -> LambdaFunctionUrlResponse {
        let status = self.status;
        let details = ProblemDetails::from_status_code(status)
            .with_detail(self.detail)
            .with_extensions(Errors { errors: self.errors });
        let body = serde_json::to_value(details).expect("a problem holds only text");
        response(status, "application/problem+json", &body)
    }
}

impl Request {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// A [`Problem`]: no JSON media type (415), too large (413), no JSON (400), or not the shape that is
    /// expected, which names the field (422).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let content_type = self.header("content-type").unwrap_or("application/json");
        if !content_type.to_ascii_lowercase().contains("json") {
            let detail = format!("content-type must be application/json, and is {content_type}");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let body = self.body()?;
        let json = &mut serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
            let pointer = pointer(error.path());
            let error = error.into_inner();
            match error.classify() {
                serde_json::error::Category::Data => {
                    Problem::fields(vec![FieldError::new(pointer, error.to_string())])
                }
                _ => malformed(&error),
            }
        })?;
        json.end().map_err(|error| malformed(&error))?;
        Ok(value)
    }

    fn body(&self) -> Result<Vec<u8>, Problem> {
        let text = self.0.body.as_deref().unwrap_or_default();
        let body = if self.0.is_base64_encoded {
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

    fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Who calls: what the authoriser says, never what the body says.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let context = &self.0.request_context;
        let caller = context
            .authorizer
            .as_ref()
            .and_then(|authorizer| authorizer.iam.as_ref());
        Actor {
            id: caller
                .and_then(|iam| iam.user_id.clone())
                .filter(|id| !id.is_empty()),
            ip: context.http.source_ip.clone().filter(|ip| !ip.is_empty()),
            agent: context.http.user_agent.clone().filter(|agent| !agent.is_empty()),
        }
    }

    /// Where an event that this request causes comes from: a new chain, in the caller's trace.
    #[must_use]
    pub fn origin(&self, service: &str, id: Uuid, time: Timestamp) -> Origin {
        Origin {
            source: format!("/{service}"),
            id,
            time,
            correlation_id: None,
            trace: self.header("traceparent").and_then(|text| text.parse().ok()),
            actor: self.actor(),
        }
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{key}"),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => "/?".to_owned(),
    });
    segments.collect()
}

/// Serves one Function URL request: the way through every publisher, deployed and local.
pub async fn serve<P: Serve>(publisher: &P, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse {
    let method = request
        .request_context
        .http
        .method
        .clone()
        .unwrap_or_else(|| P::METHOD.to_owned());
    let answer = if method.eq_ignore_ascii_case(P::METHOD) {
        publisher.serve(&Request(request)).await
    } else {
        let detail = format!("{} takes {}, not {method}", P::NAME, P::METHOD);
        Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail))
    };
    match answer {
        Ok(answer) => {
            info!(publisher = P::NAME, status = answer.status.as_u16(), "answered");
            response(answer.status, "application/json", &answer.body)
        }
        Err(problem) => {
            let (status, reason) = (problem.status.as_u16(), &problem.detail);
            if problem.status.is_server_error() {
                error!(
                    publisher = P::NAME,
                    status,
                    reason,
                    cause = problem.cause,
                    "not served"
                );
            } else {
                info!(publisher = P::NAME, status, reason, "refused");
            }
            problem.response()
        }
    }
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: &serde_json::Value,
) -> LambdaFunctionUrlResponse {
    let mut response = LambdaFunctionUrlResponse::default();
    response.status_code = status.as_u16().into();
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.body = Some(body.to_string());
    response
}
