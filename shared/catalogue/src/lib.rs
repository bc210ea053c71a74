//! The catalogue of a system: who publishes, who takes, what each event holds and what it costs.
//!
//! Everything here reads one document, which `tidings catalog --json` prints and the infrastructure
//! is made from. No shop is known here, and nothing here reaches AWS.
//!
//! 1. A [`Document`] ([`document`]) is the catalogue as typed data; [`relations`] says who has to do
//!    with whom, and [`fields`] what a schema holds.
//! 2. A name means a [`Thing`] ([`thing`]), or others that are nearly called so.
//! 3. [`list`], [`show`] and [`search`] tell what there is; [`graph`] draws who speaks to whom.
//! 4. [`check`] goes through rules that a whole system keeps; [`drift`] tells what is deployed otherwise.
//! 5. [`cost`] counts what a million of something takes.
//! 6. [`export`] writes all of it in the forms that others read.

pub mod check;
mod columns;
pub mod cost;
pub mod document;
pub mod drift;
pub mod export;
pub mod fields;
#[cfg(test)]
mod fixture;
pub mod graph;
pub mod list;
pub mod relations;
pub mod search;
pub mod show;
pub mod thing;

pub use document::{Document, Unreadable};
pub use graph::Graph;
pub use list::{Kind, List};
pub use search::Query;
pub use show::Shown;
pub use thing::{Thing, Unknown};
