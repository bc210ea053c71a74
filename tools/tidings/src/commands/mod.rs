//! One module a command.

pub mod backfill;
pub mod catalog;
pub mod console;
pub mod demo;
pub mod dynamodb;
pub mod erase;
pub mod local;
pub mod openapi;
pub mod replay;
pub mod schema;
pub mod story;
pub mod tree;
pub mod worker;
