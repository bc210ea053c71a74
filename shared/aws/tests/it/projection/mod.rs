//! Projections, replays and backfills, on the embedded DynamoDB.

mod backfill;
mod disorder;
mod larder;
mod replay;
mod scan;
mod taking;
mod waiting;
