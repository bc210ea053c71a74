//! The command line as a process of its own: the local run and its HTTP surface, the worker, replays, erasing a person, and
//! what is exported of the catalogue.
//!
//! Each module is one concern; `running` is the local run that they share. They are built as one test binary, because linking
//! the AWS SDKs once for each takes longer than the tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod called_off;
mod catalogue;
mod dlq;
mod erase;
mod exported;
mod history;
mod http;
mod local;
mod page;
mod patterns;
mod running;
mod schema;
mod schemas;
mod searched;
mod trace;
mod worker;
