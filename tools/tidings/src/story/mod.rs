//! The story, measured: a checkout that does fourteen operations one after another, and the same fourteen where twelve of them come after the
//! answer. Both sides run the same code of the same functions, and each operation takes as long on both.
//!
//! - [`operations`]: the fourteen, and how long each takes.
//! - [`shop`]: a system with these times in it, and a customer.
//! - [`in_a_row`]: the checkout as it was: what has to be done is done before it answers.
//! - [`event_driven`]: the checkout as it is.
//! - [`report`]: what came out, as a table or as JSON.
//! - [`faults`]: what of it is not as the story says.

pub mod event_driven;
pub mod faults;
pub mod in_a_row;
pub mod operations;
pub mod report;
pub mod shop;
