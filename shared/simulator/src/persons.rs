//! Persons of whom events tell, and one who is erased.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tidings_aws::personal::{Forgotten, KEPT_FOR, PersonKeys};
use tidings_core::{Clock as _, Personal, Unread};

use crate::{chance::Chance, ledger::Ledger, rule::Rule, time::VirtualClock};

/// The persons of a world.
pub(crate) const PERSONS: [&str; 4] = ["ada", "bob", "cyd", "dan"];
/// How long an invocation may still use what it has opened.
const IN_HAND: Duration = Duration::from_secs(10);

/// What is said of a person, and who is erased.
pub struct Persons {
    clock: VirtualClock,
    ledger: Arc<Ledger>,
    erased: Mutex<BTreeMap<String, Erasure>>,
}

#[derive(Debug, Clone, Copy)]
enum Erasure {
    /// It was asked for, and may have been carried out.
    Asked,
    /// It has been carried out, at the latest then.
    Done(Timestamp),
}

/// What is said of a person.
#[must_use]
pub fn said_of(person: &str) -> String {
    format!("{person} is called {person}")
}

impl Persons {
    pub(crate) fn new(clock: VirtualClock, ledger: Arc<Ledger>) -> Self {
        Self {
            clock,
            ledger,
            erased: Mutex::default(),
        }
    }

    /// A handler reads what is said of a person.
    pub fn read(&self, person: &str, said: &Personal<String>) {
        let erasure = self.erasure(person);
        match (said.read(), erasure) {
            (Ok(said), _) if *said != said_of(person) => {
                let seen = format!("of {person} is read: {said}");
                self.ledger.violation(Rule::PersonsAreRead, seen);
            }
            (Ok(_), Some(Erasure::Done(done))) if self.clock.now() > done + KEPT_FOR + IN_HAND => {
                let seen = format!(
                    "{person} was erased at {done}, and is read of at {}",
                    self.clock.now()
                );
                self.ledger.violation(Rule::ErasedIsGone, seen);
            }
            (Ok(_), _) | (Err(Unread::Erased), Some(_)) => {}
            (Err(unread), _) => self
                .ledger
                .violation(Rule::PersonsAreRead, format!("{person}: {unread}")),
        }
    }

    /// Erases one of them, at some time; asks until it is known to be done.
    pub(crate) async fn erase_one(&self, keys: &PersonKeys, chance: &Chance, within: Duration) {
        let person = PERSONS[chance.below(PERSONS.len() as u64) as usize];
        tokio::time::sleep(Duration::from_millis(chance.below(within.as_millis() as u64))).await;
        self.erasures().insert(person.to_owned(), Erasure::Asked);
        loop {
            match keys.forget(person, self.clock.now()).await {
                // Nothing was sealed for this person yet, and what was asked for may still arrive.
                Ok(Forgotten::Unknown) => {}
                Ok(Forgotten::Now | Forgotten::Before(_)) => {
                    let done = Erasure::Done(self.clock.now());
                    self.erasures().insert(person.to_owned(), done);
                }
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(chance.below(1_000))).await;
                    continue;
                }
            }
            return;
        }
    }

    fn erasure(&self, person: &str) -> Option<Erasure> {
        self.erasures().get(person).copied()
    }

    fn erasures(&self) -> MutexGuard<'_, BTreeMap<String, Erasure>> {
        self.erased.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
