//! Endpoints: requests ([`request`], [`parameters`]), answers, and problems ([`problem`], RFC 9457); and requests that have one effect
//! however often they are sent ([`once`]).

mod once;
mod parameters;
mod problem;
mod request;

use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use tidings_core::catalogue::Endpoint;
use tracing::{error, info};

pub use once::{Answers, Keyed, Once};
pub use problem::{FieldError, Problem};
pub use request::Request;

/// The largest body that an endpoint reads, in bytes: an event made of it stays within what the topic takes.
pub const MOST_BODY_BYTES: usize = 128 * 1024;

/// An endpoint's handler.
pub trait Serve: Endpoint {
    /// Answers a request.
    ///
    /// # Errors
    /// A [`Problem`]; no state has been changed then. That it was refused may itself be told by an event.
    fn serve(&self, request: &Request) -> impl Future<Output = Result<Answer, Problem>> + Send;
}

/// A JSON answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body, as it is sent: an answer that is given again is the same byte for byte.
    body: String,
}

impl Answer {
    fn new(status: StatusCode, body: &serde_json::Value) -> Self {
        Self {
            status,
            body: body.to_string(),
        }
    }

    /// Here it is (200).
    #[must_use]
    pub fn ok(body: serde_json::Value) -> Self {
        Self::new(StatusCode::OK, &body)
    }

    /// It is there from now on (201).
    #[must_use]
    pub fn created(body: serde_json::Value) -> Self {
        Self::new(StatusCode::CREATED, &body)
    }

    /// The request was taken, and its consequences follow (202).
    #[must_use]
    pub fn accepted(body: serde_json::Value) -> Self {
        Self::new(StatusCode::ACCEPTED, &body)
    }
}

/// Serves one Function URL request: the way through every endpoint, deployed and local.
pub async fn serve<E: Serve>(endpoint: &E, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse {
    let method = request
        .request_context
        .http
        .method
        .clone()
        .unwrap_or_else(|| E::METHOD.to_owned());
    let answer = if method.eq_ignore_ascii_case(E::METHOD) {
        endpoint.serve(&Request::new(request, E::PATH)).await
    } else {
        let detail = format!("{} takes {}, not {method}", E::NAME, E::METHOD);
        Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail))
    };
    match answer {
        Ok(answer) => {
            info!(endpoint = E::NAME, status = answer.status.as_u16(), "answered");
            response(answer.status, "application/json", answer.body)
        }
        Err(problem) => {
            let (status, reason) = (problem.status.as_u16(), &problem.detail);
            if problem.status.is_server_error() {
                error!(
                    endpoint = E::NAME,
                    status,
                    reason,
                    cause = problem.cause,
                    "not served"
                );
            } else {
                info!(endpoint = E::NAME, status, reason, "refused");
            }
            problem.response()
        }
    }
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> LambdaFunctionUrlResponse {
    let mut response = LambdaFunctionUrlResponse::default();
    response.status_code = status.as_u16().into();
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.body = Some(body);
    response
}
