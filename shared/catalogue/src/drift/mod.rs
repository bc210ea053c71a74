//! `tidings catalog diff`: what is other than the document says.
//!
//! [`deployed`] is what an account answers, read by who can reach it; [`expected`] compares it with the
//! document, and [`documents`] two documents with each other.

pub mod deployed;
mod documents;
mod expected;
pub mod names;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::list::counted;
pub use deployed::Deployed;
pub use names::Names;

/// What is other than the document says.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Drift(pub Vec<Difference>);

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What kind of thing differs (`subscription`, `queue`, `consumer`).
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The setting (`filter`); empty, where the whole thing is missing or too many.
    pub setting: String,
    /// What the document says; null for something that should not be there.
    pub expected: Value,
    /// What is there; null for something that is not.
    pub found: Value,
}

impl Drift {
    fn missing(&mut self, kind: &str, name: &str) {
        self.differs(kind, name, "", "is there".into(), Value::Null);
    }

    fn compare(
        &mut self,
        kind: &str,
        name: &str,
        setting: &str,
        expected: impl Into<Value>,
        found: impl Into<Value>,
    ) {
        let (expected, found) = (expected.into(), found.into());
        if expected != found {
            self.differs(kind, name, setting, expected, found);
        }
    }

    fn differs(&mut self, kind: &str, name: &str, setting: &str, expected: Value, found: Value) {
        let (kind, name, setting) = (kind.to_owned(), name.to_owned(), setting.to_owned());
        self.0.push(Difference {
            kind,
            name,
            setting,
            expected,
            found,
        });
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut of = None;
        for one in &self.0 {
            if of != Some((&one.kind, &one.name)) {
                writeln!(f, "{} {}", one.kind, one.name)?;
                of = Some((&one.kind, &one.name));
            }
            match (one.setting.as_str(), &one.expected, &one.found) {
                ("", _, Value::Null) => writeln!(f, "  is not there")?,
                ("", Value::Null, _) => writeln!(f, "  is there, and not in the catalogue")?,
                (setting, expected, found) => {
                    writeln!(
                        f,
                        "  {setting}: expected {}, found {}",
                        said(expected),
                        said(found)
                    )?;
                }
            }
        }
        match self.0.len() {
            0 => writeln!(f, "Nothing differs."),
            count => writeln!(f, "{}.", counted(count, "difference")),
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
