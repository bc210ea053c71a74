//! What is asked of each type, and what is excused: two files beside the schemas.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    content::ContentModel,
    rule::{Mode, Rule},
};

/// What is asked of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Which versions have to read which.
    #[serde(default)]
    pub mode: Mode,
    /// What is held of undeclared properties.
    #[serde(default)]
    pub content: ContentModel,
}

/// `compatibility.json`: what is asked, `{"default": {"mode": "FULL_TRANSITIVE"}, "types": {"order.placed": {"mode": "BACKWARD"}}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Of every type that is not named.
    #[serde(default)]
    pub default: Asked,
    /// Of these.
    #[serde(default)]
    pub types: BTreeMap<String, Asked>,
}

impl Settings {
    /// What is asked of this type.
    #[must_use]
    pub fn of(&self, name: &str) -> Asked {
        self.types.get(name).copied().unwrap_or(self.default)
    }
}

/// One line of `exceptions.json`: a finding that somebody has approved, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The rule's id.
    pub rule: String,
    /// The type.
    #[serde(rename = "type")]
    pub name: String,
    /// The place in the data, as the finding names it; without it, every place.
    #[serde(default)]
    pub path: Option<String>,
    /// Why it may be.
    pub reason: String,
    /// The last day on which it excuses anything.
    pub until: Date,
}

/// Reads `exceptions.json`.
///
/// # Errors
/// Says what is wrong, and where.
pub fn exceptions(text: &str) -> Result<Vec<Exception>, String> {
    let exceptions: Vec<Exception> = serde_json::from_str(text).map_err(|error| {
        format!("{error}; it is a list of {{\"rule\", \"type\", \"path\", \"reason\", \"until\"}}")
    })?;
    match exceptions.iter().find(|one| Rule::named(&one.rule).is_none()) {
        Some(unknown) => Err(format!(
            "there is no rule {}; docs/schema-rules.md has them all",
            unknown.rule
        )),
        None => Ok(exceptions),
    }
}
