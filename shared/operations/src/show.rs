//! How a letter is shown: as data, for a terminal, a file or a script. What is sealed in it stays
//! sealed.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::letter::{Attributes, By, Letter};

/// A letter as data.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown<'l> {
    /// Its id.
    pub id: &'l str,
    /// The queue that it is in.
    pub queue: &'l str,
    /// Whose it is.
    pub consumer: &'l str,
    /// The group of its cause.
    pub group: String,
    /// The type of the event.
    pub event_type: Option<&'l str>,
    /// The event's key.
    pub key: Option<String>,
    /// The event's chain.
    pub correlation: Option<&'l str>,
    /// Who made a letter of it.
    pub by: By,
    /// What kind of failure it was.
    pub class: String,
    /// What went wrong.
    pub reason: String,
    /// How often it was tried.
    pub attempts: Option<u32>,
    /// When it first failed.
    pub first_failed: Option<Timestamp>,
    /// Since when it is a letter; where the redrive policy has moved it, when it was sent.
    pub since: Option<Timestamp>,
    /// When SQS drops it.
    pub expires: Option<Timestamp>,
    /// How often it was received, by those who looked too.
    pub receives: u32,
    /// The message group that waits behind it.
    pub message_group: Option<&'l str>,
    /// What it has taken the place of.
    pub replaces: Option<&'l str>,
    /// What else travels with it.
    pub attributes: &'l Attributes,
    /// The body, where it is JSON.
    pub event: Option<Box<RawValue>>,
    /// The body, where it is not.
    pub body: Option<&'l str>,
    /// Why the body is no event.
    pub unreadable: Option<&'l str>,
}

impl<'l> Shown<'l> {
    /// A letter of this group.
    #[must_use]
    pub fn of(letter: &'l Letter, group: String) -> Self {
        let cause = letter.cause();
        let event: Option<Box<RawValue>> = serde_json::from_str(&letter.body).ok();
        Self {
            id: &letter.id,
            queue: &letter.queue.name,
            consumer: letter.queue.consumer,
            group,
            event_type: letter.event_type(),
            key: letter.key(),
            correlation: letter.correlation(),
            by: cause.by,
            class: cause.class.into_owned(),
            reason: cause.reason.into_owned(),
            attempts: letter.attempts(),
            first_failed: letter.first_failed(),
            since: letter.sent,
            expires: letter.expires(),
            receives: letter.receives,
            message_group: letter.group(),
            replaces: letter.replaces(),
            attributes: &letter.attributes,
            body: event.is_none().then_some(letter.body.as_str()),
            event,
            unreadable: letter.event.as_ref().err().map(String::as_str),
        }
    }
}
