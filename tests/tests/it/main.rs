//! The system as a whole: released events, processes that die, other readers of CloudEvents, every transport, and the deployed template
//! with the real binaries.
//!
//! Each module is one concern, and `Cargo.toml` says what it needs. They are built as one test binary, because each one links the AWS SDKs
//! and every service.

mod add_consumer;
mod cargo_lambda;
mod cloudevents;
mod conformance;
mod contract;
mod crashes;
mod dead_letters;
mod end_to_end;
mod localstack;
mod recorded;
mod requests;
mod stage;
