//! The gate: the contracts of now against those of then, and against what is declared of them.
//!
//! A new version is compared with the earlier ones by the mode of its type. What the comparison finds is then held against the
//! declarations: an upcast answers for old data, a raised `minReader` for old readers. What nothing answers for fails.

mod contract;
mod declared;
mod exceptions;
mod excused;
mod looked;
mod settings;

use jiff::civil::Date;
use serde::Serialize;

pub use contract::{Catalogue, Contract, Deprecated, Function, Of, Takes, Version};
pub use exceptions::{Exception, exceptions};
pub use looked::Looked;
pub use settings::{Asked, Settings};

use crate::{
    finding::{Finding, Verdict},
    rule::Severity,
};

/// One thing that the gate has to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Breach {
    /// The type that it is about.
    #[serde(rename = "type")]
    pub name: String,
    /// The earlier version, where two are compared.
    pub from: Option<u32>,
    /// The version that it is about.
    pub to: Option<u32>,
    /// What it is.
    #[serde(flatten)]
    pub finding: Finding,
    /// The consumers that read this type.
    pub consumers: Vec<String>,
    /// What answers for it, or who has excused it; none where nothing does.
    pub answered: Option<String>,
}

impl Breach {
    /// Whether it fails the check.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.answered.is_none() && self.finding.severity == Severity::Error
    }
}

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Compatible: it passes. Unknown and incompatible: it does not.
    pub verdict: Verdict,
    /// How many contracts are as they were, and how many are not.
    pub contracts: Looked,
    /// What was compared with what: pairs of versions.
    pub compared: usize,
    /// Everything that there is to say, the worst first.
    pub breaches: Vec<Breach>,
}

impl Report {
    /// Whether nothing fails.
    #[must_use]
    pub fn passes(&self) -> bool {
        !self.breaches.iter().any(Breach::fails)
    }
}

/// What the gate is asked.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The contracts of now, and today's consumers.
    pub now: &'a Catalogue,
    /// The contracts of then.
    pub then: &'a Catalogue,
    /// What is deployed: its consumers are those who must be able to read what will be published. None where that is not known.
    pub deployed: Option<&'a Catalogue>,
    /// What is asked of each type.
    pub settings: &'a Settings,
    /// What is excused.
    pub exceptions: &'a [Exception],
    /// Today, for what ends at a date.
    pub today: Date,
}

impl Gate<'_> {
    /// Says what the change from then to now breaks.
    #[must_use]
    pub fn check(&self) -> Report {
        let mut compared = 0;
        let mut breaches = Vec::new();
        for contract in &self.now.contracts {
            declared::contract(self, contract, &mut compared, &mut breaches);
        }
        declared::gone(self, &mut breaches);
        excused::apply(self, &mut breaches);
        breaches.sort_by_key(|breach| (!breach.fails(), std::cmp::Reverse(breach.finding.severity)));
        let failing = breaches.iter().filter(|breach| breach.fails());
        Report {
            verdict: failing
                .map(|breach| breach.finding.verdict())
                .max()
                .unwrap_or(Verdict::Compatible),
            contracts: Looked::at(self.then, self.now),
            compared,
            breaches,
        }
    }

    /// The names of those who read this type, today or where it is deployed.
    fn consumers(&self, name: &str) -> Vec<String> {
        let today = self.now.consumers_of(name);
        let deployed = self
            .deployed
            .into_iter()
            .flat_map(|deployed| deployed.consumers_of(name));
        let mut names: Vec<String> = today
            .chain(deployed)
            .map(|consumer| consumer.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
