//! Operating a system of Tidings: what is in its dead-letter queues, why, what a redrive would do
//! now, and doing it.
//!
//! An operator works at a [`Desk`], which is told which system it is ([`Roster`], read from the
//! catalogue document) and how SQS and DynamoDB are reached. It knows nothing of where that is: a
//! stage, an emulator, or a local run, which answers the same protocols
//! (`tidings_bus::DeadLetterQueues`).
//!
//! - [`look`] reads every letter and leaves it there; [`group`] puts those with one cause together;
//!   [`select`] says which are meant; [`show`] shows one.
//! - [`standing`] says how consumers stand.
//! - [`explain`] says what a redrive would do *now*.
//! - [`act`] does something: redrive, edit, drop, restore. Each is recorded in the table
//!   `operations` ([`store`]) before it begins, under the lock of its queue; a letter is deleted
//!   only when its copy is accepted, and after a crash the next act goes on with what was begun.
//! - [`doctor`] goes through everything that alarms watch, and says what to do first.
//! - [`transfer`] writes letters into files, and reads them back.
//! - A desk hands its letters to `tidings-trace`, which tells what became of an event.

pub mod act;
pub mod desk;
pub mod doctor;
mod error;
pub mod explain;
pub mod group;
pub mod letter;
pub mod look;
pub mod queues;
pub mod roster;
pub mod select;
pub mod show;
pub mod standing;
pub mod store;
mod trace;
pub mod transfer;

pub use act::{Act, Change, Checked, Counts, Edited, Plan, Progress, Redrive, State, Verb};
pub use desk::{Desk, Tables};
pub use error::{OperationError, Result};
pub use explain::{Effect, Explained, Outcome, Remark};
pub use group::{Group, group_of, groups};
pub use letter::{By, Letter};
pub use look::{Looked, Seen};
pub use roster::Roster;
pub use select::Selection;
pub use show::Shown;
pub use standing::Standing;
pub use store::{Note, Store};
