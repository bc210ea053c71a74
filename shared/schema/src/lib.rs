//! What a change of an event's schema breaks.
//!
//! [`change`] compares two JSON Schemas: [`dialect`] brings both into 2020-12, [`content`] says what is held of undeclared properties,
//! `shape` reads the writer's schema as a union of shapes, and `holds` asks whether the reader's schema takes each of them. Nothing in
//! the way is a proof. Each thing in the way becomes a [`Finding`] with a *witness*: a value that the writer's schema takes and the
//! reader's does not, to which both real validators (crate `jsonschema`) were asked. What neither proof nor witness decides is
//! [`Verdict::Unknown`], unless the second engine (`engine`) proves it.
//!
//! What no reader notices is told as well: a property under another name, a default that is another one (`rename`).
//!
//! [`gate`] holds the contracts of now against those of then ([`source`]), and the findings against what is declared: upcasts, `minReader`,
//! deployed consumers. [`report`] says it to people and machines, [`impact`] who is touched by a change that nobody has made yet.

mod compare;
mod content;
pub mod dialect;
mod engine;
mod finding;
pub mod gate;
mod holds;
pub mod impact;
mod kind;
mod patterns;
mod rename;
pub mod report;
mod rule;
mod shape;
pub mod source;
mod validate;

pub use compare::{change, compatible, reads};
pub use content::ContentModel;
pub use finding::{Finding, Outcome, Verdict};
pub use rule::{Direction, Mode, Rule, Severity, rules};
pub use validate::validator;
