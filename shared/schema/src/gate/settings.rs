//! What is asked of each type: a file beside the schemas.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{content::ContentModel, rule::Mode};

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
