//! The catalogue of a system: who publishes, who takes, what each event holds and what it costs.
//!
//! Everything here reads one document, which `tidings catalog --json` prints and the infrastructure
//! is made from. No shop is known here, and nothing here reaches AWS.
//!
//! 1. A [`Document`] ([`document`]) is the catalogue as typed data.

pub mod document;

pub use document::{Document, Unreadable};
