//! What became of an event: the tree of cause and effect, of any system and wherever it runs.
//!
//! 1. [`Sources`] say where to look: the catalogue document of the system, its tables, and its dead
//!    letters ([`Letters`]).
//! 2. A [`Query`] names what is asked for: a correlation id, an event, or a thing (an order's id).
//!    [`collect`] finds the events that belong to it, and what every consumer's record says of each.
//! 3. Of what was found, [`Trace`] is the tree: events, what each consumer did with them, and the
//!    events that were caused by that. It is pure ([`assemble`]), and can be made of anybody's
//!    findings ([`Found`]).
//! 4. [`choose`] leaves of a tree what failed or was slow; [`show`] draws it as a tree, as a
//!    waterfall, or as a Mermaid diagram. As JSON it is `serde`'s.
//!
//! Nothing is opened and nothing is written: personal values stay sealed, and of an event's data
//! nothing is shown.

mod assemble;
mod audit;
pub mod choose;
mod collect;
mod ended;
mod found;
mod query;
pub mod show;
mod sources;
mod tree;

pub use assemble::assemble;
pub use collect::{TraceError, collect};
pub use ended::{Ended, Publication};
pub use found::{DeadLetter, Found, FoundEvent};
pub use query::{Query, USUAL_LAG};
pub use sources::{Letters, Read, Sources, Tables};
pub use tree::{Delivery, Event, Trace};
