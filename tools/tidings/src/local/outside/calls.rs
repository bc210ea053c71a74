//! What the outside world has been told.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::Serialize;

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

/// The last calls, oldest first; it shows what it notes.
#[derive(Default)]
pub struct Calls {
    terminal: Option<Terminal>,
    calls: Mutex<VecDeque<Call>>,
}

/// How many calls are kept.
const KEPT: usize = 10_000;

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
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().cloned().collect()
    }

    pub(super) fn note(&self, call: Call) {
        if let Some(terminal) = &self.terminal {
            terminal.called(&call);
        }
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() == KEPT {
            calls.pop_front();
        }
        calls.push_back(call);
    }
}
