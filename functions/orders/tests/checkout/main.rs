//! The checkout, step by step, in a crowd, and swept.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod crowd;
mod shop;
mod steps;
mod sweeping;
