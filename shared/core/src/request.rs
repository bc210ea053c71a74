//! Request and reply: where an answer goes, and which question it belongs to.
//!
//! A command that asks for its answer names the queue of who asks (extension `replyto`) and the question (`requestid`, the Correlation
//! Identifier of "Enterprise Integration Patterns"; `correlationid` is the whole chain's). The answer carries the same `requestid`.

use std::fmt;

use crate::{Attributes, Envelope, Extension};

const REPLY_TO: &str = "replyto";
const REQUEST_ID: &str = "requestid";

/// How many characters a reply queue's name has behind the prefix of its system: hexadecimal digits.
pub const REPLY_QUEUE_DIGITS: usize = 16;

/// Where an answer is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// The name of a queue; a name and no address, so that it cannot lead to another account.
    pub queue: String,
    /// The question.
    pub request: String,
}

/// What a command says of where its answer should go leads to no reply queue of this system. It came from outside: nothing is sent there, and
/// the command is not carried out. Always permanent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`replyto` names no reply queue of this system (they begin with `{prefix}`)")]
pub struct ForeignReplyTo {
    /// What the names of the system's reply queues begin with.
    pub prefix: String,
}

impl ReplyTo {
    /// Where the answer to this command is wanted; none where nobody waits for it.
    #[must_use]
    pub fn of(command: &Envelope) -> Option<Self> {
        Some(Self {
            queue: text(command, REPLY_TO)?,
            request: request_of(command)?,
        })
    }

    /// Whether the queue is one of those whose names begin with `prefix`.
    ///
    /// # Errors
    /// [`ForeignReplyTo`].
    pub fn within(&self, prefix: &str) -> Result<(), ForeignReplyTo> {
        let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let digits = self.queue.strip_prefix(prefix);
        match digits {
            Some(digits) if digits.len() == REPLY_QUEUE_DIGITS && digits.chars().all(digit) => Ok(()),
            _ => Err(ForeignReplyTo {
                prefix: prefix.to_owned(),
            }),
        }
    }
}

impl fmt::Display for ReplyTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.queue, self.request)
    }
}

/// The command, with where its answer is wanted.
#[must_use]
pub fn asking(command: Envelope, reply_to: &ReplyTo) -> Envelope {
    command.with(|attributes| {
        set(attributes, REPLY_TO, &reply_to.queue);
        concern(attributes, &reply_to.request);
    })
}

/// The question that an answer belongs to.
#[must_use]
pub fn request_of(answer: &Envelope) -> Option<String> {
    text(answer, REQUEST_ID)
}

pub(crate) fn concern(attributes: &mut Attributes, request: &str) {
    set(attributes, REQUEST_ID, request);
}

fn set(attributes: &mut Attributes, name: &str, value: &str) {
    attributes
        .extensions
        .insert(name.to_owned(), Extension::String(value.to_owned()));
}

fn text(envelope: &Envelope, name: &str) -> Option<String> {
    match envelope.extensions.get(name)? {
        Extension::String(text) => Some(text.clone()),
        Extension::Boolean(_) | Extension::Integer(_) => None,
    }
}
