//! The personal values of an event: sealing them before it is written, and opening them before it is read.

use std::fmt;

use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use super::Envelope;
use crate::personal::{self, Sealed, Unsealed};

/// What stands for a personal text that is not to be shown.
const CONCEALED: &str = "(personal)";
/// Characters of a text that is concealed, at least.
const SHORTEST: usize = 3;

/// The data with its personal values in the clear. It is in this process alone: nothing writes it, and nothing shows it.
#[derive(Clone)]
pub(super) enum Clear {
    /// They are yet to be sealed; the data has nothing in their places.
    Unsealed(Unsealed),
    /// They have been opened; the data has them as they are sealed.
    Opened(Box<RawValue>),
}

impl Envelope {
    pub(crate) fn unsealed_as(self, unsealed: Option<Unsealed>) -> Self {
        Self {
            clear: unsealed.map(Clear::Unsealed),
            ..self
        }
    }

    /// The data as this process may read it: with the personal values that have been opened, or are yet to be sealed. Not to be
    /// written anywhere; [`data`](Self::data) is.
    #[must_use]
    pub fn readable(&self) -> &str {
        match &self.clear {
            None => self.data.get(),
            Some(Clear::Unsealed(unsealed)) => unsealed.data().get(),
            Some(Clear::Opened(data)) => data.get(),
        }
    }

    /// The personal values that are yet to be sealed.
    #[must_use]
    pub fn unsealed(&self) -> Option<&Unsealed> {
        match &self.clear {
            Some(Clear::Unsealed(unsealed)) => Some(unsealed),
            Some(Clear::Opened(_)) | None => None,
        }
    }

    /// This event with its personal values as `seal` makes them, of the JSON of each; one that has nothing to seal stays as it is.
    ///
    /// # Errors
    /// The first of `seal`'s.
    pub fn sealed_by<E>(self, seal: impl FnMut(&Value) -> Result<Sealed, E>) -> Result<Self, E> {
        let Some(unsealed) = self.unsealed() else {
            return Ok(self);
        };
        let data = unsealed.with(seal)?;
        Ok(Self::new(self.attributes, data))
    }

    /// This event with its personal values unsealed for good, as a producer without keys would write it. They cannot be erased.
    #[must_use]
    pub fn in_the_clear(self) -> Self {
        match self.clear {
            Some(Clear::Unsealed(unsealed)) => Self::new(self.attributes, unsealed.into_data()),
            _ => self,
        }
    }

    /// Whether there may be something in it to open. (An event without is told by its text alone, and cheaply.)
    #[must_use]
    pub fn may_hold_sealed(&self) -> bool {
        self.clear.is_none() && personal::may_hold_sealed(self.data.get())
    }

    /// Whose keys it takes to open this event.
    #[must_use]
    pub fn persons(&self) -> std::collections::BTreeSet<String> {
        match self.may_hold_sealed() {
            true => personal::persons(&self.parsed()),
            false => Default::default(),
        }
    }

    /// This event with its personal values to be read, as `read` answers them; see [`personal::open`].
    ///
    /// # Errors
    /// The first of `read`'s.
    pub fn opened_by<E>(self, mut read: impl FnMut(&Sealed) -> Result<Option<Value>, E>) -> Result<Self, E> {
        if !self.may_hold_sealed() {
            return Ok(self);
        }
        let mut data = self.parsed();
        personal::open(&mut data, &mut read)?;
        let opened = to_raw_value(&data).expect("a JSON value is JSON");
        Ok(Self {
            clear: Some(Clear::Opened(opened)),
            ..self
        })
    }

    /// This text without the texts that have been opened in this event, as they are: what a handler formats into the reason of a failure is recorded,
    /// logged and set aside, where nobody erases it. Texts of less than three characters are left: they are in every other word.
    #[must_use]
    pub fn concealed(&self, text: &str) -> String {
        let Some(Clear::Opened(data)) = &self.clear else {
            return text.to_owned();
        };
        let data: Value = serde_json::from_str(data.get()).unwrap_or_default();
        let texts = personal::opened_texts(&data).into_iter();
        texts
            .filter(|opened| opened.chars().count() >= SHORTEST)
            .fold(text.to_owned(), |text, opened| text.replace(&opened, CONCEALED))
    }

    /// Data that is nested deeper than serde_json reads holds nothing that is sealed here.
    fn parsed(&self) -> Value {
        serde_json::from_str(self.data.get()).unwrap_or_default()
    }
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
            && self.data.get() == other.data.get()
            && self.unsealed() == other.unsealed()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("attributes", &self.attributes)
            .field("data", &self.data.get())
            .finish_non_exhaustive()
    }
}
