//! What a doctor says.

use jiff::Timestamp;
use serde::Serialize;

/// How soon somebody should do something, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// Something will be gone within two days.
    Losing,
    /// Something does not go on until somebody acts.
    Stopped,
    /// Something fails.
    Failing,
    /// Something is late, or other than it should be.
    Late,
}

/// One thing that is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The check that found it.
    pub check: &'static str,
    /// How soon somebody should do something about it.
    pub urgency: Urgency,
    /// The consumer, queue, table, aggregate or alarm.
    pub subject: String,
    /// What it is, in a sentence.
    pub what: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// The command to run.
    pub run: String,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// What it found.
    pub findings: Vec<Finding>,
    /// What did not answer; the rest was looked at.
    pub failed: Vec<String>,
    /// Why it cannot be made where this runs.
    pub skipped: Option<String>,
}

impl Examined {
    /// What was found, where everything answered.
    #[must_use]
    pub fn found(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            ..Self::default()
        }
    }

    /// A check that cannot be made here.
    #[must_use]
    pub fn skipped(why: impl Into<String>) -> Self {
        Self {
            skipped: Some(why.into()),
            ..Self::default()
        }
    }

    /// A check that nothing answered.
    #[must_use]
    pub fn failed(why: impl Into<String>) -> Self {
        Self {
            failed: vec![why.into()],
            ..Self::default()
        }
    }
}

/// A check that was asked for, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// Its name.
    pub check: &'static str,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
    /// It was made.
    Made {
        /// How many findings it has.
        findings: usize,
    },
    /// It cannot be made here.
    Skipped {
        /// Why.
        why: String,
    },
    /// Something did not answer.
    Failed {
        /// What, and what it said.
        why: Vec<String>,
    },
}

/// Everything that was found, what to do first before the others, and which checks were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// What is not well.
    pub findings: Vec<Finding>,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Checked>,
}

impl Diagnosis {
    /// Takes what a check came to.
    pub fn add(&mut self, check: &'static str, examined: Examined) {
        let outcome = match examined {
            Examined {
                skipped: Some(why), ..
            } => Outcome::Skipped { why },
            Examined { failed, .. } if !failed.is_empty() => Outcome::Failed { why: failed },
            Examined { ref findings, .. } => Outcome::Made {
                findings: findings.len(),
            },
        };
        self.checks.push(Checked { check, outcome });
        self.findings.extend(examined.findings);
        self.findings.sort_by(|one, other| {
            let order = |finding: &Finding| (finding.urgency, finding.since.unwrap_or(Timestamp::MAX));
            order(one)
                .cmp(&order(other))
                .then_with(|| one.subject.cmp(&other.subject))
        });
    }

    /// Whether everything that could be asked answered, and nothing was found.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty() && self.unanswered().next().is_none()
    }

    /// What did not answer.
    pub fn unanswered(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().flat_map(|checked| match &checked.outcome {
            Outcome::Failed { why } => why.iter().map(String::as_str).collect(),
            Outcome::Made { .. } | Outcome::Skipped { .. } => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(urgency: Urgency, since: Option<i64>, subject: &str) -> Finding {
        Finding {
            check: "test",
            urgency,
            subject: subject.to_owned(),
            what: String::new(),
            since: since.map(|second| Timestamp::from_second(second).unwrap()),
            run: String::new(),
        }
    }

    #[test]
    fn what_is_most_urgent_comes_first_and_then_what_is_oldest() {
        let mut diagnosis = Diagnosis::default();
        assert!(diagnosis.is_healthy());
        let late = vec![
            finding(Urgency::Late, Some(1), "late"),
            finding(Urgency::Failing, None, "of unknown age"),
            finding(Urgency::Failing, Some(9), "young"),
        ];
        diagnosis.add("one", Examined::found(late));
        diagnosis.add(
            "two",
            Examined::found(vec![
                finding(Urgency::Failing, Some(2), "old"),
                finding(Urgency::Losing, Some(9), "losing"),
            ]),
        );
        let order: Vec<_> = diagnosis
            .findings
            .iter()
            .map(|finding| finding.subject.as_str())
            .collect();
        assert_eq!(order, ["losing", "old", "young", "of unknown age", "late"]);
        assert!(!diagnosis.is_healthy());
    }

    #[test]
    fn what_did_not_answer_is_not_healthy_and_what_cannot_be_asked_is() {
        let mut diagnosis = Diagnosis::default();
        diagnosis.add("one", Examined::skipped("there is no CloudWatch"));
        assert!(diagnosis.is_healthy());
        let partly = Examined {
            failed: vec!["create-invoice: access denied".to_owned()],
            ..Examined::default()
        };
        diagnosis.add("two", partly);
        assert!(!diagnosis.is_healthy());
        assert_eq!(
            diagnosis.unanswered().collect::<Vec<_>>(),
            ["create-invoice: access denied"]
        );
    }
}
