//! What the outside world has been told, and has got.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::Serialize;
use storefront_providers::Mail;

use crate::local::Terminal;

/// One call to a provider.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    pub at: Timestamp,
    pub provider: &'static str,
    /// What was asked, in words that hold no secret.
    pub asked: String,
    /// What the provider calls what it has made, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// What came of it; none where it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A mail that was sent.
#[derive(Debug, Clone)]
pub struct SentMail {
    pub at: Timestamp,
    pub mail: Mail,
}

/// A document that was kept, under this name.
#[derive(Debug, Clone)]
pub struct Document {
    pub at: Timestamp,
    pub name: String,
}

/// The last calls, oldest first; it shows what it notes.
#[derive(Default)]
pub struct Calls {
    terminal: Option<Terminal>,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    calls: Last<Call>,
    mails: Last<SentMail>,
    documents: Last<Document>,
}

/// How many calls are kept.
const KEPT: usize = 10_000;
/// How many mails and how many documents are kept to be looked at here; their folders have all.
const LOOKED_AT: usize = 200;

/// The last of something, each with its number.
struct Last<T> {
    next: u64,
    last: VecDeque<(u64, T)>,
}

impl<T> Default for Last<T> {
    fn default() -> Self {
        Self {
            next: 0,
            last: VecDeque::new(),
        }
    }
}

impl<T: Clone> Last<T> {
    fn push(&mut self, one: T, most: usize) {
        if self.last.len() == most {
            self.last.pop_front();
        }
        self.last.push_back((self.next, one));
        self.next += 1;
    }

    /// The newest first.
    fn newest(&self, most: usize) -> Vec<(u64, T)> {
        self.last.iter().rev().take(most).cloned().collect()
    }
}

impl Calls {
    /// Calls that show on `terminal` as they happen.
    pub fn shown_on(terminal: Terminal) -> Self {
        Self {
            terminal: Some(terminal),
            ..Self::default()
        }
    }

    /// What is kept, oldest first.
    pub fn all(&self) -> Vec<Call> {
        let noted = self.noted();
        noted.calls.last.iter().map(|(_, call)| call.clone()).collect()
    }

    /// The last calls, the newest first, each with its number.
    pub fn last(&self, most: usize) -> Vec<(u64, Call)> {
        self.noted().calls.newest(most)
    }

    /// The last mails, the newest first, each with its number.
    pub fn mails(&self, most: usize) -> Vec<(u64, SentMail)> {
        self.noted().mails.newest(most)
    }

    /// The last documents, the newest first, each with its number.
    pub fn documents(&self, most: usize) -> Vec<(u64, Document)> {
        self.noted().documents.newest(most)
    }

    /// Whether one of the last documents has this name.
    pub fn has_document(&self, name: &str) -> bool {
        let noted = self.noted();
        noted
            .documents
            .last
            .iter()
            .any(|(_, document)| document.name == name)
    }

    pub(super) fn note(&self, call: Call) {
        if let Some(terminal) = &self.terminal {
            terminal.called(&call);
        }
        self.noted().calls.push(call, KEPT);
    }

    pub(super) fn sent(&self, mail: Mail) {
        let at = Timestamp::now();
        self.noted().mails.push(SentMail { at, mail }, LOOKED_AT);
    }

    pub(super) fn kept(&self, name: &str) {
        let (at, name) = (Timestamp::now(), name.to_owned());
        self.noted().documents.push(Document { at, name }, LOOKED_AT);
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
