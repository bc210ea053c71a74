//! The local run: the whole system in this process, on the in-process bus and the embedded DynamoDB.

mod clockwork;
pub mod dead_letters;
pub mod http;
mod ledger;
pub mod operators;
mod outlet;
pub mod outside;
pub mod shelves;
mod system;
mod terminal;

pub use ledger::{Entry, Ledger};
pub use system::{LocalError, LocalSystem, Settings};
pub use terminal::Terminal;
