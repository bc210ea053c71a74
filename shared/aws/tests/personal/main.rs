//! Personal data in events: sealed wherever it is stored, readable with its person's key, and unreadable without.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
mod consumers;
mod guests;
mod keys;
mod store;
