//! Projections at work: read models in DynamoDB, which follow the events of the event store.
//!
//! One item a view: its partition key is the aggregate's id, and beside the view's own attributes it says how many events it shows
//! (`projected_version`) and which form it has (`projected_revision`). Every write is conditional on what was there, so duplicates, any order
//! of delivery, several workers and a replay beside them leave the same table.
//!
//! [`Projector`] takes events as they come, and reads what is missing from the event store. [`Views`] is the side that queries read: a view,
//! pages of an index ([`Cursor`]), and the wait for what one has just written ([`ReadToken`]). [`Replay`] makes all views again.

mod cursor;
mod item;
mod projector;
mod replay;
mod token;
mod views;
mod wait;

pub use cursor::{Cursor, NoCursor};
pub use projector::Projector;
pub use replay::{Checkpoint, Counts, Ended, Replay, ReplayError, SegmentState, Watch};
pub use token::{LONGEST_OPAQUE, NoToken, OPAQUE, ReadToken};
pub use views::{Consistency, Views};
pub use wait::{Late, PATIENCE};
