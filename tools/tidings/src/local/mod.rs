//! The local run: the whole system in this process, on the in-process bus and the embedded DynamoDB.

mod clockwork;
pub mod dead_letters;
pub mod http;
mod ledger;
pub mod operators;
mod outlet;
pub mod outside;
pub mod shelves;
pub mod shop;
mod system;
mod terminal;
pub mod watch;

pub use ledger::{Entry, Ledger};
pub use system::{LocalError, LocalSystem, Settings};
pub use terminal::Terminal;
