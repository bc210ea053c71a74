//! The consumer runtime, batch by batch, on the embedded DynamoDB.

mod batches;
mod conditions;
mod deadlines;
mod failures;
mod fifo;
mod leases;
mod once;
mod reading;
mod ways;
mod zoo;
