//! The test kit itself: what it finds, what it lets pass, and what it says.
//!
//! Each module is one concern; `library` has the events and consumers that they share. They are built as one test binary, because linking
//! the AWS SDKs once for each takes longer than the tests.

mod bench;
mod decisions;
mod library;
mod publisher;
