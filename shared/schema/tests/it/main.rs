//! The gate against published verdicts, against brute force, and against its own table.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod apicurio;
mod confirm;
mod gate;
mod generated;
mod reports;
mod table;
