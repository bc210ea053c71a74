//! Personal data in events that are never changed: sealed with a key of its person, and unreadable once that key is deleted
//! (crypto-shredding).
//!
//! 1. A contract marks a field by its type: [`Personal<T>`](Personal). [`Event::person`](crate::Event::person) says whose it is.
//! 2. Stated as an [`Outgoing`](crate::Outgoing), an event knows its personal values by that type, and has [`Unsealed`] ones: it
//!    carries them in this process alone, and what is written of it in the meantime is an event without them.
//! 3. Before it is stored or published they are sealed ([`Envelope::sealed_by`](crate::Envelope::sealed_by)). [`Sealed`] says in the
//!    JSON itself whose key opens it, so that anything can be opened that holds such values, an event as well as a state.
//! 4. What is opened ([`open`]) is written again as it was sealed: a value that has once been sealed never gets into the clear.
//!
//! Keys and ciphers are `tidings_aws::personal`; here are the values, their places, and the port by which keys are wrapped ([`KeyWrap`]).

mod marking;
mod sealed;
mod unsealed;
mod value;
mod wrap;

pub use sealed::{Sealed, open, persons};
pub(crate) use sealed::{may_hold_sealed, opened_texts};
pub use unsealed::Unsealed;
pub(crate) use unsealed::state;
pub use value::{Personal, Unread};
pub use wrap::{KeyBytes, KeyWrap, NewKey, WrapError};
