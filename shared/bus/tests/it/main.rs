//! The in-process bus and the embedded DynamoDB: what they do like SQS and DynamoDB.
//!
//! Each module is one concern. They are built as one test binary, because linking the AWS SDKs once for each takes longer than the
//! tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bus;
mod dead_letters;
mod embedded;
mod fifo;
mod recorded;
mod redrive;
mod settled;
mod sqs;
