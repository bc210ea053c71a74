//! Consumers outside Lambda, on what is deployed.
//!
//! - [`deployment`] finds their queues and tables, or says what is missing.
//! - [`outside`] makes the providers that they declare.
//! - [`crew`] puts each to work on its queue.
//! - [`relay`] publishes what they emit, where no function does.
//! - [`drain`] knows when there is nothing left to do.

pub mod crew;
pub mod deployment;
pub mod drain;
pub mod outside;
pub mod relay;
