//! The adapters of the outside world, against servers on loopback: what a provider keeps, and what no log line may tell.
//!
//! Each module is one concern. They are built as one test binary, because linking the AWS SDKs once for each takes longer than the
//! tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod localstripe;
mod secrets;
