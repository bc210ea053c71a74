//! Requests and answers, between HTTP and what a Function URL hands over.

use std::net::Ipv4Addr;

use aws_lambda_events::{
    apigw::{
        ApiGatewayRequestAuthorizer as Authorizer, ApiGatewayRequestAuthorizerIamDescription as Iam,
        ApiGatewayV2httpRequest,
    },
    lambda_function_urls::LambdaFunctionUrlResponse,
};
use axum::{
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tidings_aws::http::{FieldError, Problem};

/// Who calls, where nothing authorises: a local run takes their word for it. When deployed, IAM says who it is, and this header says nothing.
const CALLER: &str = "x-caller";
/// Bytes of what a caller says to be called, at most. IAM's own ids have fewer than a hundred; with an idempotency key, a key is made of it.
const LONGEST_CALLER: usize = 255;

/// Refuses a caller whom the authoriser would never have told of.
pub(super) fn no_caller(headers: &HeaderMap) -> Option<Problem> {
    let caller = headers.get(CALLER).filter(|caller| caller.len() > LONGEST_CALLER);
    let detail = format!("must be of {LONGEST_CALLER} bytes at most");
    caller.map(|_| Problem::parameter(FieldError::parameter(CALLER, detail)))
}

/// The caller as the authoriser of a Function URL would tell of them.
fn authorised(caller: &str) -> Authorizer {
    let mut iam = Iam::default();
    iam.user_id = Some(caller.to_owned());
    let mut authorizer = Authorizer::default();
    authorizer.iam = Some(iam);
    authorizer
}

/// The request as a Function URL would hand it over.
pub fn request(method: &Method, uri: &Uri, headers: HeaderMap, body: &[u8]) -> ApiGatewayV2httpRequest {
    let mut request = ApiGatewayV2httpRequest::default();
    request.raw_path = Some(uri.path().to_owned());
    request.raw_query_string = uri.query().map(ToOwned::to_owned);
    request.request_context.http.method = method.clone();
    request.request_context.http.path = Some(uri.path().to_owned());
    request.request_context.http.source_ip = Some(Ipv4Addr::LOCALHOST.to_string());
    let agent = headers.get("user-agent").and_then(|agent| agent.to_str().ok());
    request.request_context.http.user_agent = agent.map(ToOwned::to_owned);
    let caller = headers.get(CALLER).and_then(|caller| caller.to_str().ok());
    let caller = caller.filter(|caller| !caller.is_empty());
    request.request_context.authorizer = caller.map(authorised);
    request.headers = headers;
    request.is_base64_encoded = std::str::from_utf8(body).is_err();
    request.body = Some(match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => BASE64_STANDARD.encode(body),
    });
    request
}

/// The answer as HTTP has it; a body ends its line, for who reads it on a terminal.
pub(super) fn answer(response: LambdaFunctionUrlResponse) -> Response {
    let status = u16::try_from(response.status_code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = response.body.map(|body| body + "\n");
    (status, response.headers, body.unwrap_or_default()).into_response()
}

pub(super) fn problem(status: StatusCode, detail: String) -> Response {
    answer(Problem::new(status, detail).response())
}
