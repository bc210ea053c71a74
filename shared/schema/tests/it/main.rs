//! The gate against published verdicts, against brute force, and against its own table.

mod apicurio;
mod confirm;
mod gate;
mod reports;
mod table;
