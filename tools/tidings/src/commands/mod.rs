//! One module a command.

pub mod backfill;
pub mod catalog;
pub mod console;
pub mod demo;
pub mod dynamodb;
pub mod erase;
pub mod local;
pub mod openapi;
pub mod policy;
pub mod replay;
pub mod story;
pub mod tree;
pub mod worker;
