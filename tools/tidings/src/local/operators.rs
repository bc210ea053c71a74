//! What operators get at in a local run: its dead-letter queues, by the protocol of SQS, and its
//! tables, by that of DynamoDB. `tidings dlq --local` speaks them, and the AWS CLI as well
//! (`--endpoint-url http://127.0.0.1:8080/aws/sqs`).
//!
//! They are on loopback, as everything of a local run. Both protocols ask for a header
//! (`x-amz-target`) that a page of another origin may not send without asking first (the Fetch
//! standard: CORS), and nobody answers that it may.

use axum::{
    Router,
    body::Bytes,
    extract::DefaultBodyLimit,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, header::HOST},
    response::{IntoResponse as _, Response},
    routing::post,
};
use tidings_bus::{EmbeddedDynamoDb, EmbeddedSqs};

/// Where the queues are.
pub const SQS: &str = "/aws/sqs";
/// Where the tables are.
pub const DYNAMODB: &str = "/aws/dynamodb";

/// The largest request that SQS and DynamoDB take, with room for its JSON: a transaction of 4 MB.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The routes of these queues and tables.
pub fn routes(sqs: EmbeddedSqs, database: EmbeddedDynamoDb) -> Router {
    let queues = move |headers: HeaderMap, body: Bytes| async move {
        let host = headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or("127.0.0.1");
        let at = format!("http://{host}{SQS}");
        answer(&headers, |target| sqs.answer(target, &body, &at))
    };
    let tables = move |headers: HeaderMap, body: Bytes| async move {
        answer(&headers, |target| database.answer(target, &body))
    };
    let slashed = |path: &str| format!("{path}/");
    Router::new()
        .route(SQS, post(queues.clone()))
        .route(&slashed(SQS), post(queues))
        .route(DYNAMODB, post(tables.clone()))
        .route(&slashed(DYNAMODB), post(tables))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

fn answer(headers: &HeaderMap, answered: impl FnOnce(&str) -> (u16, String)) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let Some(target) = target else {
        return (StatusCode::BAD_REQUEST, "x-amz-target is missing").into_response();
    };
    let (status, body) = answered(target);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}
