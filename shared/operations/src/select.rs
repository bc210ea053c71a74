//! Which letters: a selection by every field that a letter has.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{group::group_of, letter::Letter};

/// Letters that fit everything that is said. Nothing said is every letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selection {
    /// Of these consumers; none named is all.
    pub consumers: Vec<String>,
    /// Events of this type.
    pub event_type: Option<String>,
    /// Failures of this class.
    pub class: Option<String>,
    /// A part of the cause's words.
    pub cause: Option<String>,
    /// The event's id, or its key (`source#id`).
    pub event: Option<String>,
    /// The event's chain.
    pub correlation: Option<String>,
    /// Of these groups (`tidings dlq list`).
    pub groups: Vec<String>,
    /// These letters, by their ids or how those begin.
    pub letters: Vec<String>,
    /// Letters since longer than this.
    pub older_than: Option<Duration>,
    /// Letters since shorter than this.
    pub newer_than: Option<Duration>,
}

impl Selection {
    /// Whether every letter fits.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether letters of this consumer can fit.
    #[must_use]
    pub fn may_be_of(&self, consumer: &str) -> bool {
        self.consumers.is_empty() || self.consumers.iter().any(|one| one == consumer)
    }

    /// Whether a letter fits, as of `now`.
    #[must_use]
    pub fn fits(&self, letter: &Letter, now: Timestamp) -> bool {
        let is = |asked: &Option<String>, value: Option<&str>| {
            asked.as_deref().is_none_or(|asked| value == Some(asked))
        };
        let cause = letter.cause();
        let age = letter.age(now);
        let aged = |asked: Option<Duration>, fits: fn(&SignedDuration, &SignedDuration) -> bool| {
            let asked = asked.map(|asked| SignedDuration::try_from(asked).unwrap_or(SignedDuration::MAX));
            asked.is_none_or(|asked| fits(&age, &asked))
        };
        let event = self.event.as_deref().is_none_or(|asked| {
            let id = letter.event.as_ref().is_ok_and(|event| event.id == asked);
            id || letter.key().as_deref() == Some(asked)
        });
        self.may_be_of(letter.queue.consumer)
            && is(&self.event_type, letter.event_type())
            && is(&self.class, Some(&cause.class))
            && self
                .cause
                .as_deref()
                .is_none_or(|asked| cause.reason.contains(asked))
            && event
            && is(&self.correlation, letter.correlation())
            && (self.groups.is_empty() || self.groups.contains(&group_of(letter)))
            && (self.letters.is_empty() || self.letters.iter().any(|asked| letter.id.starts_with(asked)))
            && aged(self.older_than, |age, asked| age >= asked)
            && aged(self.newer_than, |age, asked| age < asked)
    }
}
