//! What a comparison says.

use serde::Serialize;
use serde_json::Value;

use crate::rule::{Direction, Rule, Severity, rules};

/// Whether one side reads what the other writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All that is written is read: proved.
    Compatible,
    /// It could not be decided. It blocks, until somebody approves it.
    Unknown,
    /// Something that is written is not read: each finding shows it, or says which declaration is broken.
    Incompatible,
}

/// One thing that a change breaks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// By which rule.
    pub rule: &'static Rule,
    /// One sentence: what it is, where.
    pub message: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where the documentation tells of it.
    pub page: String,
    /// Which way data travels that is not read; none where the finding is about a declaration.
    pub direction: Option<Direction>,
    /// Where in a value, as a JSONPath (RFC 9535).
    pub path: String,
    /// What the old schema says there.
    pub old: Option<Value>,
    /// What the new schema says there.
    pub new: Option<Value>,
    /// A whole value that the writer's schema takes and the reader's does not. Both were asked.
    pub witness: Option<Value>,
}

impl Finding {
    /// A finding about the whole schema or what is declared of it.
    #[must_use]
    pub fn declared(rule: &'static Rule, message: String) -> Self {
        Self {
            rule,
            message,
            severity: rule.severity,
            page: rule.page(),
            direction: None,
            path: "$".to_owned(),
            old: None,
            new: None,
            witness: None,
        }
    }

    /// The verdict that this finding alone stands for.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.severity {
            Severity::Note | Severity::Warning => Verdict::Compatible,
            Severity::Error if self.rule == &rules::UNDECIDED => Verdict::Unknown,
            Severity::Error => Verdict::Incompatible,
        }
    }
}

/// The verdict of a comparison, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether the one reads the other.
    pub verdict: Verdict,
    /// What is in the way, and what is worth knowing.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// The outcome of these findings: the worst of them.
    #[must_use]
    pub fn of(findings: Vec<Finding>) -> Self {
        let verdict = findings
            .iter()
            .map(Finding::verdict)
            .max()
            .unwrap_or(Verdict::Compatible);
        Self { verdict, findings }
    }
}
