//! The desk on an embedded DynamoDB and on queues in memory, both behind the real SDK; the
//! consumers run in the real runtime.
//!
//! They are built as one test binary, because linking the AWS SDKs once for each takes longer than
//! the tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bad_letters;
mod explain;
mod killed;
mod life;
mod looking;
mod mending;
mod redriving;
mod stage;
mod tracing;
mod zoo;
