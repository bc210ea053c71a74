//! Personal data: a key for each person, with which the personal values of events are sealed; deleting it makes them unreadable, wherever
//! they are.
//!
//! 1. [`Keyring::seal`] seals the personal values of events before they are in a transaction or in a message: so the event store, the
//!    outbox, the topic, queues, dead letters and the claim check's bucket hold ciphertext only.
//! 2. [`Keyring::open`] opens them before a consumer decodes them, and as the event store loads them. A person who is erased
//!    stays sealed, and the event is read all the same. Erased is who has a tombstone; a key that is not there at all is lost.
//! 3. [`PersonKeys`] is the table of the keys, each wrapped by a key that never leaves its place ([`KeyWrap`]; deployed, `tidings_kms::KmsKeyWrap`). What
//!    has been unwrapped is kept in memory for [`KEPT_FOR`]. [`PersonKeys::forget`] deletes one, for good.
//!
//! A function that has not declared `Resource::Personal` has no keyring: it passes sealed values on as they are, and it cannot emit
//! new ones. An event without personal values costs nothing here, with a keyring or without.

mod cache;
mod cipher;
mod keyring;
mod keys;

pub use cache::KEPT_FOR;
pub use cipher::{DataKey, Unreadable, random};
pub use keyring::Keyring;
pub use keys::{Forgotten, Kept, PersonKeys};
pub use tidings_core::personal::{KeyBytes, KeyWrap, NewKey, WrapError};
use tidings_core::{Envelope, Failure};

/// Seals the personal values of these events.
///
/// # Errors
/// As [`Keyring::seal`]. A permanent failure where there is no keyring and something to seal: nobody gets to write it in the clear.
pub async fn seal(keyring: Option<&Keyring>, events: Vec<Envelope>) -> Result<Vec<Envelope>, Failure> {
    let Some(unsealed) = events.iter().find(|event| event.unsealed().is_some()) else {
        return Ok(events);
    };
    match keyring {
        Some(keyring) => keyring.seal(events).await,
        None => Err(Failure::permanent(format!(
            "{} has personal values, and the function has not declared that it seals any (Resource::Personal)",
            unsealed.event_type
        ))
        .of_class("Unsealed")),
    }
}

/// Seals the personal values of one event, or of a command.
///
/// # Errors
/// As for [`seal`].
pub async fn seal_one(keyring: Option<&Keyring>, event: Envelope) -> Result<Envelope, Failure> {
    let sealed = seal(keyring, vec![event]).await?.pop();
    sealed.ok_or_else(|| Failure::permanent("an event was lost while it was sealed"))
}

/// Opens what is sealed in this event, if there is a keyring to open it with.
///
/// # Errors
/// As [`Keyring::open`].
pub async fn open(keyring: Option<&Keyring>, event: Envelope) -> Result<Envelope, Failure> {
    match keyring {
        Some(keyring) => keyring.open(event).await,
        None => Ok(event),
    }
}
