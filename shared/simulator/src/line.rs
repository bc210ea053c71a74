//! The line of commands, as it stands in truth: which were tried, which are dead letters, and which of these were mended or dropped. The
//! handler and its dead-letter queue tell it; it says what must not have been.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tidings_core::{
    Envelope, Incoming as _, Received,
    ports::{DeadLetter, DeadLetters, TransportError},
};

use crate::{
    ledger::Ledger,
    pouring::{Pour, Trouble},
    rule::Rule,
};

/// Which command: of which jug, and its number there.
pub(crate) type Which = (String, u32);

/// What is known of all commands of a world.
pub(crate) struct Line {
    pub(crate) ledger: Arc<Ledger>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tried: BTreeSet<Which>,
    /// Dead letters that are neither done nor dropped.
    standing: BTreeSet<Which>,
    /// Letters that somebody has taken out of their queue.
    taken: BTreeSet<Which>,
    /// What the handler can do.
    mended: BTreeSet<Which>,
    dropped: BTreeSet<Which>,
    /// Who was begun while which letter stood before it.
    overtaking: BTreeSet<(Which, Which)>,
}

impl Line {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        let state = Mutex::default();
        Self { ledger, state }
    }

    /// The handler begins a command.
    pub(crate) fn begins(&self, pour: &Pour) {
        let state = &mut *self.state();
        let which = which(pour);
        let before = state.standing.range((pour.jug.clone(), 0)..which.clone());
        let passed = before.map(|letter| (which.clone(), letter.clone()));
        state.overtaking.extend(passed);
        if pour.trouble == Trouble::None {
            state.mended.insert(which.clone());
        }
        state.tried.insert(which);
    }

    /// The handler has done its part: what is a letter is none any more once that is written.
    pub(crate) fn succeeds(&self, pour: &Pour) {
        self.state().standing.remove(&which(pour));
    }

    /// A command is in the dead-letter queue. **Nothing is dead that was never tried.**
    pub(crate) fn dies(&self, body: &str) {
        let Some(which) = read(body) else { return };
        let mut state = self.state();
        if !state.tried.contains(&which) {
            let seen = format!("{which:?} is dead, and nobody has tried it");
            self.ledger.violation(Rule::TriedBeforeDead, seen);
        }
        state.standing.insert(which);
    }

    /// Somebody takes a letter out of its queue.
    pub(crate) fn is_taken(&self, which: &Which) {
        self.state().taken.insert(which.clone());
    }

    /// From now on the handler can do it.
    pub(crate) fn is_mended(&self, which: &Which) {
        self.state().mended.insert(which.clone());
    }

    /// Nobody wants it done any more.
    pub(crate) fn is_dropped(&self, which: &Which) {
        let mut state = self.state();
        state.standing.remove(which);
        state.dropped.insert(which.clone());
    }

    /// Whether the handler can do it.
    pub(crate) fn mended(&self, which: &Which) -> bool {
        self.state().mended.contains(which)
    }

    /// Whether nobody wants it done any more.
    pub(crate) fn dropped(&self, which: &Which) -> bool {
        self.state().dropped.contains(which)
    }

    /// Whether the text is a command that was a letter, and was taken.
    pub(crate) fn was_taken(&self, body: &str) -> bool {
        read(body).is_some_and(|which| self.state().taken.contains(&which))
    }

    /// **What follows a letter in its group waits behind it**, until it is done or dropped; `done` are the commands of each jug in the order in
    /// which they took effect. (A letter can have been done all the while, where nobody has heard of it; then it is before who was begun.)
    pub(crate) fn kept(&self, done: &BTreeMap<String, Vec<u32>>) {
        let place = |(jug, number): &Which| done.get(jug)?.iter().position(|done| done == number);
        for (begun, letter) in &self.state().overtaking {
            let kept = match (place(letter), place(begun)) {
                (Some(letter), Some(begun)) => letter < begun,
                (letter, _) => letter.is_some(),
            };
            if !kept {
                let seen = format!("{begun:?} was begun while {letter:?} was a dead letter");
                self.ledger.violation(Rule::WaitsBehindItsLetter, seen);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn which(pour: &Pour) -> Which {
    (pour.jug.clone(), pour.number)
}

/// Which command a body is, if it is one.
pub(crate) fn read(body: &str) -> Option<Which> {
    let command = Envelope::parse(body).ok()?;
    let Received(pour) = Received::<Pour>::decode(&command).ok()?;
    Some(which(&pour))
}

/// The dead-letter queue of the commands' handler.
pub(crate) struct Told {
    pub(crate) inner: Arc<dyn DeadLetters>,
    pub(crate) line: Arc<Line>,
}

#[async_trait]
impl DeadLetters for Told {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        self.inner.set_aside(letter).await?;
        self.line.dies(&letter.body);
        Ok(())
    }
}
