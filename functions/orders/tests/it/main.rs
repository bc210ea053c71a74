//! The orders service through its functions: the checkout, who is answered, orders from their placing to their end, and replays of its read models.
//!
//! Each module is one concern. They are built as one test binary, because linking the AWS SDKs once for each takes longer than the
//! tests.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod checkout;
mod large;
mod replay;
mod shop;
