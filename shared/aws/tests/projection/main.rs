//! Projections, replays and backfills, on the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod backfill;
mod disorder;
mod larder;
mod replay;
mod scan;
mod taking;
mod waiting;
