//! One module a command.

pub mod backfill;
pub mod catalog;
pub mod completions;
pub mod console;
pub mod demo;
pub mod dlq;
pub mod dynamodb;
pub mod erase;
pub mod local;
pub mod openapi;
pub mod replay;
pub mod story;
pub mod tree;
pub mod worker;
