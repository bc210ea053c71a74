//! What was released: the samples and schemas that are kept beside the code and never change.

use serde_json::Value;

/// One of the two schemas of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What its producers write: closed.
    Written,
    /// What today's code reads of it: open.
    Reader,
}

/// The files of `events/`, by their paths there (`order.placed/v1.schema.json`), as they were when the program was compiled.
#[derive(Debug, Clone, Copy, Default)]
pub struct Released(&'static [(&'static str, &'static str)]);

impl Released {
    /// These files.
    #[must_use]
    pub const fn new(files: &'static [(&'static str, &'static str)]) -> Self {
        Self(files)
    }

    /// The golden sample of a version.
    pub(super) fn sample(&self, name: &str, version: u32) -> Option<Value> {
        self.json(&format!("{name}/v{version}.json"))
    }

    /// The schema of a version as it was written.
    pub(super) fn written(&self, name: &str, version: u32) -> Option<Value> {
        self.json(&Form::Written.file(name, version))
    }

    fn json(&self, path: &str) -> Option<Value> {
        let (_, text) = self.0.iter().find(|(at, _)| *at == path)?;
        Some(
            serde_json::from_str(text)
                .unwrap_or_else(|error| panic!("events/{path} is compiled in, and no JSON: {error}")),
        )
    }
}

impl Form {
    /// The file of the schema, in `events/`.
    #[must_use]
    pub fn file(self, name: &str, version: u32) -> String {
        let form = match self {
            Self::Written => "schema",
            Self::Reader => "reader",
        };
        format!("{name}/v{version}.{form}.json")
    }
}
