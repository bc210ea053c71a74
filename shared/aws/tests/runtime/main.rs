//! The consumer runtime, batch by batch, on the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod batches;
mod conditions;
mod deadlines;
mod failures;
mod fifo;
mod leases;
mod once;
mod reading;
mod zoo;
