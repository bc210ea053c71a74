//! What a check has found.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::rules::{ALL, Rule, Severity};
use crate::list::counted;

/// What a check has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What breaks a rule, worst first.
    pub findings: Vec<Finding>,
    /// What breaks a rule and is accepted for a while.
    pub excepted: Vec<Excepted>,
    /// The rules that could not be looked at, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What breaks it: an event, a function, a field (`order.placed/email`). Exceptions name it.
    pub subject: String,
    /// How.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

/// A finding that is accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Excepted {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Date,
}

/// A rule that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The rule.
    pub rule: &'static Rule,
    /// What was missing.
    pub reason: &'static str,
}

impl Report {
    /// Whether the check fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    pub(super) fn find(&mut self, rule: &'static Rule, subject: impl Into<String>, message: String) {
        self.find_as(rule.severity, rule, subject, message);
    }

    pub(super) fn find_as(
        &mut self,
        severity: Severity,
        rule: &'static Rule,
        subject: impl Into<String>,
        message: String,
    ) {
        let subject = subject.into();
        self.findings.push(Finding {
            rule,
            severity,
            subject,
            message,
            remedy: rule.remedy,
        });
    }

    pub(super) fn skip(&mut self, rule: &'static Rule, reason: &'static str) {
        self.skipped.push(Skipped { rule, reason });
    }

    pub(super) fn sort(&mut self) {
        let place = |rule: &Rule| ALL.iter().position(|one| one.id == rule.id);
        self.findings.sort_by(|a, b| {
            let (first, second) = ((a.severity, place(a.rule)), (b.severity, place(b.rule)));
            first.cmp(&second).then_with(|| a.subject.cmp(&b.subject))
        });
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rule = None;
        for (number, finding) in self.findings.iter().enumerate() {
            if rule != Some((finding.rule.id, finding.severity)) {
                rule = Some((finding.rule.id, finding.severity));
                let (severity, id) = (finding.severity.as_str(), finding.rule.id);
                writeln!(f, "{severity}[{id}]: {}", finding.rule.sentence)?;
            }
            writeln!(f, "  {}: {}", finding.subject, finding.message)?;
            let next = self.findings.get(number + 1);
            if next.map(|next| (next.rule.id, next.severity)) != rule {
                writeln!(f, "  = {}\n", finding.remedy)?;
            }
        }
        for skipped in &self.skipped {
            writeln!(f, "not looked at: {} ({})", skipped.rule.id, skipped.reason)?;
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        writeln!(
            f,
            "{}, {}, {}, {} accepted for now.",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(self.count(Severity::Note), "note"),
            self.excepted.len()
        )
    }
}
