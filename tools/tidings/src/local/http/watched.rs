//! A request that is watched: the page is told of it, and of what follows from it.

use std::time::Instant;

use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, lambda_function_urls::LambdaFunctionUrlResponse};
use axum::http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tidings_aws::http::{Answering, serve};
use tidings_console::{Asked, Feed};
use tidings_core::{catalogue::DeclaredEndpoint, trace::TraceParent};
use uuid::Uuid;

const TRACEPARENT: &str = "traceparent";

/// Serves a request as the endpoint does, and tells of it if it can change something. By its trace it is known what follows from it, so
/// one that is in none begins one, as an API gateway would.
pub async fn serve_watched(
    feed: Option<&Feed>,
    declared: &DeclaredEndpoint,
    endpoint: &dyn Answering,
    mut request: ApiGatewayV2httpRequest,
) -> LambdaFunctionUrlResponse {
    let method = request.request_context.http.method.to_string();
    let Some(feed) = feed.filter(|_| !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS")) else {
        return serve(declared, endpoint, request).await;
    };
    let trace = trace(&mut request.headers);
    let path = request.raw_path.clone().unwrap_or_default();
    let began = Instant::now();
    let response = serve(declared, endpoint, request).await;
    let status = u16::try_from(response.status_code).unwrap_or_default();
    feed.asked(Asked {
        method,
        path,
        function: declared.name.to_owned(),
        status,
        took: began.elapsed(),
        trace: Some(trace),
        refused: (status >= 400).then(|| refusal(&response)),
    });
    response
}

/// The trace that a request is in; from now on, where it was in none.
fn trace(headers: &mut HeaderMap) -> String {
    let known = headers.get(TRACEPARENT).and_then(|text| text.to_str().ok());
    let known = known.and_then(|text| text.parse::<TraceParent>().ok());
    let parent = known
        .unwrap_or_else(|| TraceParent::begin(Uuid::new_v4().as_u128()))
        .to_string();
    if known.is_none() {
        let value = HeaderValue::from_str(&parent).expect("a traceparent is visible ASCII");
        headers.insert(TRACEPARENT, value);
    }
    parent.split('-').nth(1).unwrap_or_default().to_owned()
}

/// Why it was refused, as its problem details say (RFC 9457).
fn refusal(response: &LambdaFunctionUrlResponse) -> String {
    let problem: Value = response
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    let said = ["detail", "title"].map(|field| problem[field].as_str().map(ToOwned::to_owned));
    let wrong = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| {
            let at = error["pointer"]
                .as_str()
                .or_else(|| error["parameter"].as_str())?;
            Some(format!("{at}: {}", error["detail"].as_str()?))
        });
    let told: Vec<_> = said.into_iter().flatten().take(1).chain(wrong).collect();
    told.join("; ")
}
