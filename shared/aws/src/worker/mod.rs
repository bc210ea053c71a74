//! A consumer outside Lambda: the batches that Lambda would hand over, polled from the same queue.
//!
//! 1. [`Source`] is the queue, found by its name; it long-polls, and knows how long it hides what it hands out.
//! 2. [`message`] turns what was received into the `SqsEvent` that a function gets.
//! 3. [`Worker`] hands batches to a [`HandleBatch`](crate::HandleBatch), several at once, each up to its deadline.
//! 4. [`held`] keeps a batch's messages hidden meanwhile, except those that the runtime has postponed.
//! 5. [`acknowledge`] deletes what the response does not name.
//!
//! What Lambda promises holds here as well: a worker that dies, or a batch that misses its deadline, acknowledges nothing,
//! and its messages come back when they are no longer hidden.

mod acknowledge;
mod held;
mod message;
mod poll;
mod source;

pub use poll::{Limits, Worker};
pub use source::{Source, SourceError};
