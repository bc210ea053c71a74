//! One module a command.

pub mod backfill;
pub mod catalog;
pub mod completions;
pub mod console;
pub mod demo;
pub mod dlq;
pub mod doctor;
pub mod dynamodb;
pub mod erase;
pub mod local;
pub mod new;
pub mod openapi;
pub mod policy;
pub mod replay;
pub mod schema;
pub mod stage;
pub mod story;
pub mod trace;
pub mod tree;
pub mod ui;
pub mod worker;
