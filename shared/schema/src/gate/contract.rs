//! Contracts and who is bound by them, as the catalogue document has them (`contracts`, `consumers`, `publishers`, `scheduled`).
//! What the gate does not need is not read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is agreed on of one type of event, command or answer.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// `event`, `command` or `answer`.
    #[serde(default = "event")]
    pub kind: String,
    /// The CloudEvents `type`.
    #[serde(rename = "type")]
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// The current version.
    pub current: u32,
    /// All versions.
    pub versions: Vec<Version>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The version; 1 is the first.
    pub version: u32,
    /// The oldest reader that understands it.
    #[serde(default = "one")]
    pub min_reader: u32,
    /// What today's code reads of it; none where it cannot.
    #[serde(default)]
    pub read: Option<Value>,
    /// What its producers write.
    pub written: Value,
    /// Until when it is to be counted on; none where there is no end to it.
    #[serde(default)]
    pub deprecated: Option<Deprecated>,
}

/// A version that is on its way out.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Deprecated {
    /// From when on it may be gone.
    pub until: jiff::civil::Date,
}

/// A type and version that a function reads or publishes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Of {
    /// The type.
    #[serde(rename = "type")]
    pub name: String,
    /// The version.
    pub version: u32,
}

/// Which types a consumer takes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Takes {
    /// These.
    #[serde(default)]
    pub types: Vec<String>,
    /// Those that begin so.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Every one.
    #[serde(default)]
    pub all: bool,
    /// This command.
    #[serde(default)]
    pub command: Option<String>,
}

/// A function of the system.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// What it takes; only consumers take.
    #[serde(default)]
    pub takes: Takes,
    /// What it reads, and as which version. None where it takes every event and looks into none.
    #[serde(default)]
    pub events: Vec<Of>,
    /// What it publishes.
    #[serde(default)]
    pub publishes: Vec<Of>,
}

/// The catalogue document.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Catalogue {
    /// What is agreed on.
    #[serde(default)]
    pub contracts: Vec<Contract>,
    /// Who reads.
    #[serde(default)]
    pub consumers: Vec<Function>,
    /// Who publishes, on request.
    #[serde(default)]
    pub publishers: Vec<Function>,
    /// Who publishes, by a schedule.
    #[serde(default)]
    pub scheduled: Vec<Function>,
}

fn event() -> String {
    "event".to_owned()
}

fn one() -> u32 {
    1
}

impl Catalogue {
    /// The contract of this type.
    #[must_use]
    pub fn contract(&self, name: &str) -> Option<&Contract> {
        self.contracts.iter().find(|contract| contract.name == name)
    }

    /// Who takes events or commands of this type.
    pub fn consumers_of(&self, name: &str) -> impl Iterator<Item = &Function> {
        self.consumers.iter().filter(move |consumer| consumer.takes(name))
    }

    /// Who publishes it: on request, by a schedule, or in reaction to something.
    pub fn publishers_of(&self, name: &str) -> impl Iterator<Item = &Function> {
        let all = self
            .publishers
            .iter()
            .chain(&self.scheduled)
            .chain(&self.consumers);
        all.filter(move |function| function.publishes.iter().any(|of| of.name == name))
    }
}

impl Contract {
    /// This version of it.
    #[must_use]
    pub fn version(&self, version: u32) -> Option<&Version> {
        self.versions.iter().find(|one| one.version == version)
    }
}

impl Version {
    /// What reads it: the schema as read; where there is none, the schema as written.
    #[must_use]
    pub fn reader(&self) -> &Value {
        self.read.as_ref().unwrap_or(&self.written)
    }
}

impl Function {
    /// Whether it takes events or commands of this type.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let takes = &self.takes;
        takes.all
            || takes.types.iter().any(|one| one == name)
            || takes
                .prefix
                .as_ref()
                .is_some_and(|prefix| name.starts_with(prefix.as_str()))
            || takes.command.as_deref() == Some(name)
    }

    /// As which version it reads this type; none where it looks into none.
    #[must_use]
    pub fn reads(&self, name: &str) -> Option<u32> {
        self.events.iter().find(|of| of.name == name).map(|of| of.version)
    }
}
