//! Tidings on AWS: the consumer runtime, the event store, projections, the relay, requests and answers, personal data, the topic and
//! the example functions, nearly all of it on the embedded DynamoDB.
//!
//! Each module is one concern; `lambda_api` is the Lambda that the examples run on. They are built as one test binary, because linking
//! the AWS SDKs once for each takes longer than the tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod breaker;
mod callers;
mod claim_check;
mod event_store;
mod examples;
mod in_time;
mod lambda_api;
mod large;
mod lost_answers;
mod malformed;
mod observe;
mod once;
mod order;
mod personal;
mod projection;
mod protocol;
mod relay;
mod requests;
mod runtime;
mod snapshots;
mod topic;
mod unicode;
