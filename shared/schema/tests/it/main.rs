//! The gate against published verdicts, against brute force, and against its own table.

mod apicurio;
mod confirm;
mod gate;
mod generated;
mod reports;
mod table;
