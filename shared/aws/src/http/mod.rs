//! Endpoints: who calls ([`caller`]) and through what ([`front`]); requests ([`request`], [`parameters`], [`text`]), answers ([`answer`]), and problems ([`problem`], RFC 9457); requests that have one effect
//! however often they are sent ([`once`]); and the description of all this ([`openapi`]).

mod answer;
mod answering;
mod caller;
mod front;
mod method;
mod once;
pub mod openapi;
mod parameters;
mod pointer;
mod problem;
mod request;
mod text;
mod whole;

use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, lambda_function_urls::LambdaFunctionUrlResponse};
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use lambda_runtime::LambdaEvent;
use tidings_core::catalogue::{DeclaredEndpoint, Endpoint};
use tracing::{error, info};

pub use answer::Answer;
pub use answering::{Answered, Answering};
pub use caller::subject;
pub use front::{Door, Front};
use method::Asked;
pub use method::allowed;
pub use once::{Answers, Keyed, Once};
pub use problem::{FieldError, Problem};
pub use request::Request;
pub use text::{Id, LINE, LONGEST_ID, NOT_BLANK, ONE_LINE, Text, fits};
pub use whole::{LARGEST_WHOLE, whole};

/// The largest body that an endpoint reads, in bytes: an event made of it stays within what the topic takes.
pub const MOST_BODY_BYTES: usize = 128 * 1024;

/// An endpoint's handler. It reads the body and the query string that the endpoint declares, and answers what that declares.
pub trait Serve: Endpoint + Sized {
    /// Answers a request.
    ///
    /// # Errors
    /// A [`Problem`]. A request that cannot be read has changed nothing. One that is decided and refused can have been kept with its answer, and
    /// told by an event of its own.
    fn serve(&self, request: &Request<Self>) -> impl Future<Output = Result<Answer<Self>, Problem>> + Send;
}

/// Serves one request as a Function URL or an HTTP API hands it over (payload format version 2.0): the way through every endpoint, deployed and local.
pub async fn serve(
    declared: &DeclaredEndpoint,
    endpoint: &dyn Answering,
    request: ApiGatewayV2httpRequest,
) -> LambdaFunctionUrlResponse {
    let asked = Asked::of(request.request_context.http.method.as_str(), declared.method);
    let mut response = match asked {
        Asked::Answer | Asked::Head => match endpoint.answer(request).await {
            Ok(answer) => answered(declared, answer),
            Err(problem) => refused(declared, problem),
        },
        Asked::Methods => response(StatusCode::NO_CONTENT),
        Asked::Other => {
            let DeclaredEndpoint { name, method, .. } = declared;
            let detail = format!("{name} takes {method} and no other method");
            refused(declared, Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail))
        }
    };
    match asked {
        Asked::Answer => {}
        Asked::Head => response.body = None,
        Asked::Methods | Asked::Other => {
            let methods = allowed([declared.method]);
            let methods = HeaderValue::from_str(&methods).expect("methods are visible ASCII");
            response.headers.insert(ALLOW, methods);
        }
    }
    response
}

/// Serves one request of a deployed endpoint, if it has come through the door that the endpoint has.
pub async fn serve_through(
    door: Option<&Door>,
    declared: &DeclaredEndpoint,
    endpoint: &dyn Answering,
    LambdaEvent { payload, context }: LambdaEvent<ApiGatewayV2httpRequest>,
) -> LambdaFunctionUrlResponse {
    let admitted = door.map_or(Ok(()), |door| door.admit(declared, &payload, &context));
    match admitted {
        Ok(()) => serve(declared, endpoint, payload).await,
        Err(problem) => refused(declared, problem),
    }
}

fn answered(declared: &DeclaredEndpoint, Answered { status, body }: Answered) -> LambdaFunctionUrlResponse {
    info!(endpoint = declared.name, status = status.as_u16(), "answered");
    with_body(response(status), "application/json", body)
}

fn refused(declared: &DeclaredEndpoint, problem: Problem) -> LambdaFunctionUrlResponse {
    let endpoint = declared.name;
    let (status, reason) = (problem.status.as_u16(), problem.logged());
    if problem.status.is_server_error() {
        error!(endpoint, status, reason, cause = problem.cause, "not served");
    } else {
        info!(endpoint, status, reason, "refused");
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
