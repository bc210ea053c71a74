//! Wrapping: the keys of persons are stored encrypted by a key that is somewhere else.

use std::fmt;

use async_trait::async_trait;

use crate::Failure;

/// The key of a person: AES-256.
pub type KeyBytes = [u8; 32];

/// Makes keys of persons, and unwraps what it has wrapped. A wrapped key is bound to its person: for another one it is none.
#[async_trait]
pub trait KeyWrap: Send + Sync {
    /// Makes a key for this person.
    async fn generate(&self, person: &str) -> Result<NewKey, WrapError>;

    /// The key that was wrapped for this person.
    async fn unwrap(&self, person: &str, wrapped: &[u8]) -> Result<KeyBytes, WrapError>;
}

/// A key that was made.
pub struct NewKey {
    /// The key.
    pub key: KeyBytes,
    /// The key as it is stored.
    pub wrapped: Vec<u8>,
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// There will never be: what is stored is no key that was wrapped here, or not for this person. Permanent.
    #[error("the key of a person cannot be unwrapped: {0}")]
    Never(String),
    /// Another wrapping key than the one that is asked has wrapped it, so that one is in the wrong place: its alias was given to a new key,
    /// and can be given back. Transient.
    #[error(
        "the key of a person was wrapped by another KMS key than the one that is configured; give its alias back to that one: {0}"
    )]
    OtherKey(String),
    /// The wrapping key does not answer now, or may not be used now. Transient.
    #[error("the key of a person was not unwrapped: {0}")]
    NotNow(String),
}

impl WrapError {
    /// What it means for the message.
    #[must_use]
    pub fn failure(self) -> Failure {
        match self {
            Self::Never(_) => Failure::permanent(self.to_string()).of_class("KeyLost"),
            Self::OtherKey(_) => Failure::transient(self.to_string()).of_class("OtherKey"),
            Self::NotNow(_) => self.into(),
        }
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewKey")
    }
}
