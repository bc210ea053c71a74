//! The pages as a browser meets them: a small system on the embedded DynamoDB and SQS, asked by HTTP.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod escaped;
mod guarded;
mod shown;
mod watched;
mod zoo;
