//! Endpoints: requests ([`request`], [`parameters`]), answers ([`answer`]), and problems ([`problem`], RFC 9457); requests that have one effect
//! however often they are sent ([`once`]); and the description of all this ([`openapi`]).

mod answer;
mod method;
mod once;
pub mod openapi;
mod parameters;
mod problem;
mod request;

use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use tidings_core::catalogue::Endpoint;
use tracing::{error, info};

pub use answer::Answer;
use method::Asked;
pub use method::allowed;
pub use once::{Answers, Keyed, Once};
pub use problem::{FieldError, Problem};
pub use request::Request;

/// The largest body that an endpoint reads, in bytes: an event made of it stays within what the topic takes.
pub const MOST_BODY_BYTES: usize = 128 * 1024;

/// An endpoint's handler. It reads the body and the query string that the endpoint declares, and answers what that declares.
pub trait Serve: Endpoint + Sized {
    /// Answers a request.
    ///
    /// # Errors
    /// A [`Problem`]; no state has been changed then. That it was refused may itself be told by an event.
    fn serve(&self, request: &Request<Self>) -> impl Future<Output = Result<Answer<Self>, Problem>> + Send;
}

/// Serves one Function URL request: the way through every endpoint, deployed and local.
pub async fn serve<E: Serve>(endpoint: &E, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse {
    let method = request.request_context.http.method.as_deref();
    let asked = Asked::of(method.unwrap_or(E::METHOD), E::METHOD);
    let mut response = match asked {
        Asked::Answer | Asked::Head => answered(endpoint.serve(&Request::<E>::new(request)).await),
        Asked::Methods => response(StatusCode::NO_CONTENT),
        Asked::Other => {
            let detail = format!("{} takes {} and no other method", E::NAME, E::METHOD);
            refused::<E>(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail))
        }
    };
    match asked {
        Asked::Answer => {}
        Asked::Head => response.body = None,
        Asked::Methods | Asked::Other => {
            let methods = allowed([E::METHOD]);
            let methods = HeaderValue::from_str(&methods).expect("methods are visible ASCII");
            response.headers.insert(ALLOW, methods);
        }
    }
    response
}

fn answered<E: Endpoint>(answer: Result<Answer<E>, Problem>) -> LambdaFunctionUrlResponse {
    match answer {
        Ok(answer) => {
            let status = answer.status();
            info!(endpoint = E::NAME, status = status.as_u16(), "answered");
            with_body(response(status), "application/json", answer.into_body())
        }
        Err(problem) => refused::<E>(problem),
    }
}

fn refused<E: Endpoint>(problem: Problem) -> LambdaFunctionUrlResponse {
    let (status, reason) = (problem.status.as_u16(), problem.logged());
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

fn response(status: StatusCode) -> LambdaFunctionUrlResponse {
    let mut response = LambdaFunctionUrlResponse::default();
    response.status_code = status.as_u16().into();
    response
}

fn with_body(
    mut response: LambdaFunctionUrlResponse,
    content_type: &'static str,
    body: String,
) -> LambdaFunctionUrlResponse {
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.body = Some(body);
    response
}
