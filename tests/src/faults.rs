//! The calls of functions that an emulator started with `up --faults` has let fail.

use std::{collections::BTreeMap, fmt};

use anyhow::Context as _;
use serde::Deserialize;

use crate::Stack;

/// What the emulator tells of its faults.
#[derive(Debug, Deserialize)]
pub struct Faults {
    /// How many calls functions have made to the services that fail.
    pub calls: usize,
    /// Those of them that failed.
    pub faults: Vec<Fault>,
}

/// One call that failed, in every request that the SDK made for it.
#[derive(Debug, Deserialize)]
pub struct Fault {
    /// What became of it.
    pub fate: Fate,
    /// Who called.
    pub function: String,
    /// The service that was called.
    pub service: String,
    /// What was asked of it: the API's action, or the path.
    pub action: String,
    /// The body of the first request.
    pub request: String,
    /// How many requests the SDK made.
    pub requests: usize,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It had no effect.
    Refused,
    /// It was carried out, and the answer was lost.
    Lost,
}

impl Faults {
    /// Those of a fate.
    pub fn of(&self, fate: Fate) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.fate == fate)
    }

    /// How often something was carried out that nobody was told of.
    pub fn carried_out(&self, service: &str, function: &str, about: &str) -> usize {
        let lost = self.of(Fate::Lost).filter(|fault| {
            fault.service == service && fault.function == function && fault.request.contains(about)
        });
        lost.map(|fault| fault.requests).sum()
    }

    /// How often it failed to record that a function has done what an event asks for.
    pub fn unrecorded(&self, function: &str, event: &str) -> usize {
        let ours = |fault: &&Fault| {
            fault.service == "dynamodb"
                && fault.function == function
                && [event, ":completed"]
                    .iter()
                    .all(|text| fault.request.contains(text))
        };
        self.faults.iter().filter(ours).count()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = BTreeMap::<_, usize>::new();
        for Fault {
            fate,
            service,
            action,
            ..
        } in &self.faults
        {
            *counts.entry((fate, service, action)).or_default() += 1;
        }
        write!(f, "{} of {} calls failed", self.faults.len(), self.calls)?;
        for ((fate, service, action), count) in counts {
            write!(f, "\n  {count:5} {fate:?} {service} {action}")?;
        }
        Ok(())
    }
}

impl Stack {
    /// The faults so far.
    ///
    /// # Errors
    /// When the endpoint does not show them.
    pub fn faults(&self) -> anyhow::Result<Faults> {
        let shown = self
            .peek("_ministack/faults")
            .context("the emulator shows no faults")?;
        Ok(serde_json::from_value(shown)?)
    }
}
