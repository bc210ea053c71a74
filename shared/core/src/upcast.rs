//! Upcasting: what an older version of an event or a command is read by.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// What is done with an older version, of which a `T` is to be made: its data is read, or its schema is made ([`contract`](crate::contract)). An
/// [`Event::upcast`](crate::Event::upcast) says once, by a type, what is read of the version, and so the two cannot differ.
pub trait Upcast<T>: Sized {
    /// What comes of it.
    type Outcome;

    /// The version's data is an `Old`, and this is what becomes of it.
    fn becomes<Old: DeserializeOwned + JsonSchema>(self, change: impl FnOnce(Old) -> T) -> Self::Outcome;

    /// The version's data is read as the current one: what that has besides is optional.
    fn as_it_is(self) -> Self::Outcome
    where
        T: DeserializeOwned + JsonSchema,
    {
        self.becomes(|same: T| same)
    }
}

/// Reads this data.
pub(crate) struct Read<'a>(pub(crate) &'a str);

impl<T> Upcast<T> for Read<'_> {
    type Outcome = Result<T, serde_json::Error>;

    fn becomes<Old: DeserializeOwned + JsonSchema>(self, change: impl FnOnce(Old) -> T) -> Self::Outcome {
        serde_json::from_str(self.0).map(change)
    }
}
