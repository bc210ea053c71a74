//! Contracts: what events, commands and answers hold, version by version.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event, command or answer, and the schemas of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Which of the three.
    #[serde(default)]
    pub kind: ContractKind,
    /// The type (`order.placed`).
    #[serde(rename = "type")]
    pub name: String,
    /// The type of the aggregate whose history it is part of.
    #[serde(default)]
    pub aggregate: Option<String>,
    /// The owner: the service that states the event, or handles the command.
    #[serde(default)]
    pub service: Option<String>,
    /// The version that today's code writes.
    #[serde(default)]
    pub current: Option<u32>,
    /// All versions, oldest first.
    #[serde(default)]
    pub versions: Vec<ContractVersion>,
}

impl Contract {
    /// The version that today's code writes, with its schemas.
    #[must_use]
    pub fn latest(&self) -> Option<&ContractVersion> {
        match self.current {
            Some(current) => self.version(current),
            None => self.versions.iter().max_by_key(|one| one.version),
        }
    }

    /// This version.
    #[must_use]
    pub fn version(&self, version: u32) -> Option<&ContractVersion> {
        self.versions.iter().find(|one| one.version == version)
    }

    /// The part of its name before the first dot (`order` of `order.placed`), or the whole name.
    #[must_use]
    pub fn domain(&self) -> &str {
        domain(&self.name)
    }
}

/// The domain of an event: the part of its type before the first dot, or the whole type.
#[must_use]
pub fn domain(name: &str) -> &str {
    name.split_once('.').map_or(name, |(domain, _)| domain)
}

/// What a contract is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContractKind {
    /// A fact, for whoever listens.
    #[default]
    Event,
    /// A request to one handler, which may refuse it.
    Command,
    /// What a handler answers to a command.
    Answer,
    /// One that this code does not know.
    #[serde(other)]
    Unknown,
}

impl ContractKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Answer => "answer",
            Self::Unknown => "contract",
        }
    }
}

/// A version of a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractVersion {
    /// The version, from 1 on.
    pub version: u32,
    /// The lowest version that a reader must know to read this one.
    #[serde(default)]
    pub min_reader: Option<u32>,
    /// JSON Schema of what today's code reads of this version: open, with defaults. None where today's
    /// code cannot read it.
    #[serde(default)]
    pub read: Option<Value>,
    /// JSON Schema 2020-12 of what a producer of this version writes: closed.
    #[serde(default)]
    pub written: Option<Value>,
    /// Since when and until when it is deprecated.
    #[serde(default)]
    pub deprecated: Option<Deprecation>,
    /// Its golden sample: an envelope.
    #[serde(default)]
    pub sample: Option<Value>,
}

/// A version that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deprecation {
    /// The day from which nobody new should use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// The day from which on it may be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why, and what to use instead.
    #[serde(default)]
    pub reason: String,
}

impl Deprecation {
    /// Since when, until when and why, in words that follow "deprecated".
    #[must_use]
    pub fn said(&self) -> String {
        let since = self.since.map(|day| format!(" since {day}"));
        let until = self.until.map(|day| match self.since {
            Some(_) => format!(", until {day}"),
            None => format!(" until {day}"),
        });
        let reason = match self.reason.as_str() {
            "" => None,
            reason => Some(format!(": {reason}")),
        };
        [since, until, reason].into_iter().flatten().collect()
    }
}
