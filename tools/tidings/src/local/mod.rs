//! The local run: the whole system in this process, on the in-process bus and the embedded DynamoDB.

mod ledger;
mod system;

pub use ledger::{Entry, Ledger};
pub use system::{LocalError, LocalSystem, World};
