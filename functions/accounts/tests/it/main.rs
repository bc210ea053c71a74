//! The accounts service through its functions: accounts, users, customers, points and transfers, also many at once and with a long
//! history.
//!
//! Each module is one concern. They are built as one test binary, because linking the AWS SDKs once for each takes longer than the
//! tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod customers;
mod long_history;
mod loyalty;
mod requests;
mod transfers;
