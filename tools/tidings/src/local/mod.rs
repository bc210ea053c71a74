//! The local run: the whole system in this process, on the in-process bus and the embedded DynamoDB.

mod ledger;
mod outlet;
pub mod outside;
mod system;
mod terminal;

pub use ledger::{Entry, Ledger};
pub use system::{LocalSystem, Settings};
pub use terminal::Terminal;
