//! Acts: what operators do with letters, each recorded before it begins.
//!
//! Every act goes the same way with a letter, and whoever comes after a crash goes on where it was
//! left: **archive** it ([`Store::archive`](crate::store::Store::archive)), **bring about** what is
//! wanted, say that it **is done**, **delete** it. So a letter is deleted only when its copy is
//! accepted, and the archive says what is to be done with one that is still there ([`finish`]).

mod drop;
mod edit;
mod finish;
mod judge;
mod redrive;
mod restore;
mod work;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use edit::{Change, Checked, Edited};
pub use redrive::{Plan, Redrive};
pub use work::Progress;

use crate::{Desk, select::Selection};

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Sends letters back to their consumers.
    Redrive,
    /// Puts an edited letter in the place of another.
    Edit,
    /// Takes letters out of their queue.
    Drop,
    /// Brings letters back into their queue.
    Restore,
}

/// How an act stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It goes on; or its process has ended, and it can be resumed.
    Running,
    /// It is done.
    Done,
    /// It has stopped by itself.
    Stopped,
    /// Somebody has ended it.
    Cancelled,
}

/// What an act has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Letters that it has acted on.
    pub letters: usize,
    /// Of those redriven, how many are known to be done.
    pub done: usize,
    /// How many have failed again.
    pub failed_again: usize,
    /// Letters that were left where they are: a redrive could not do anything for them.
    pub left: usize,
}

/// An act, as it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// Its id; later acts have greater ones.
    pub id: String,
    /// What is done.
    pub verb: Verb,
    /// By whom.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// Since when. Letters that are newer are not meant.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it stands.
    pub state: State,
    /// Which letters.
    pub selection: Selection,
    /// How a redrive goes about it.
    pub redrive: Option<Redrive>,
    /// What it has come to.
    pub counts: Counts,
    /// Why it has stopped, or what else is to be told of it.
    pub told: Option<String>,
}

impl Act {
    pub(crate) fn new(verb: Verb, who: &str, why: Option<&str>, selection: Selection, desk: &Desk) -> Self {
        let began = desk.now();
        let suffix = Uuid::from_u128(desk.entropy.bits()).simple().to_string();
        Self {
            // As text they sort as times do, until the year 2286.
            id: format!("{:013}-{}", began.as_millisecond(), &suffix[suffix.len() - 8..]),
            verb,
            who: who.to_owned(),
            why: why.map(ToOwned::to_owned),
            began,
            ended: None,
            state: State::Running,
            selection,
            redrive: None,
            counts: Counts::default(),
            told: None,
        }
    }

    /// It ends so.
    pub(crate) fn end(&mut self, state: State, told: Option<String>, now: Timestamp) {
        (self.state, self.ended) = (state, Some(now));
        if told.is_some() {
            self.told = told;
        }
    }
}
