//! What is accepted for a while, with a reason and an end.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Excepted, Finding, Report,
    rules::{ALL, ENDED_EXCEPTION, UNUSED_EXCEPTION},
};

/// The exceptions of a system, as a file has them, which the gate of schemas has as well:
///
/// ```toml
/// [[exception]]
/// rule = "personal-in-the-clear"
/// subject = "order.placed/items[].name"
/// reason = "It is the name of a product."
/// until = "2027-12-31"
/// ```
///
/// Rules in capitals are the gate's, and passed over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    #[serde(default, rename = "exception")]
    exceptions: Vec<Exception>,
}

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The id of the rule.
    pub rule: String,
    /// What may break it, exactly as the finding names it.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The last day on which it may.
    pub until: Date,
}

/// A file that is none of exceptions.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableExceptions {
    /// It is no TOML, or an exception lacks something.
    #[error("{0}")]
    Malformed(String),
    /// There is no such rule.
    #[error("there is no rule {0}; `tidings catalog check --rules` lists them")]
    Rule(String),
    /// It says nothing.
    #[error("the exception of {0} has no reason")]
    Reason(String),
}

impl Exceptions {
    /// Reads the file's text.
    ///
    /// # Errors
    /// It is no TOML of this form, names a rule that there is not, or gives no reason.
    pub fn read(toml: &str) -> Result<Self, UnreadableExceptions> {
        let mut read: Self =
            toml::from_str(toml).map_err(|error| UnreadableExceptions::Malformed(error.to_string()))?;
        read.exceptions
            .retain(|one| one.rule.contains(|c: char| c.is_ascii_lowercase()));
        for exception in &read.exceptions {
            if !ALL.iter().any(|rule| rule.id == exception.rule) {
                return Err(UnreadableExceptions::Rule(exception.rule.clone()));
            }
            if exception.reason.trim().is_empty() {
                return Err(UnreadableExceptions::Reason(exception.subject.clone()));
            }
        }
        Ok(read)
    }

    /// Takes out of the findings what is accepted on this day.
    pub(super) fn apply(&self, today: Date, report: &mut Report) {
        let findings = std::mem::take(&mut report.findings);
        let mut used = vec![false; self.exceptions.len()];
        for finding in findings {
            let found = self.exceptions.iter().position(|one| one.excepts(&finding));
            match found.map(|at| (at, &self.exceptions[at])) {
                None => report.findings.push(finding),
                Some((at, exception)) => {
                    used[at] = true;
                    exception.accept(finding, today, report);
                }
            }
        }
        let unused = self.exceptions.iter().zip(used).filter(|(_, used)| !used);
        for (exception, _) in unused {
            let message = format!("nothing breaks {} any more", exception.rule);
            report.find(&UNUSED_EXCEPTION, &exception.subject, message);
        }
    }
}

impl Exception {
    fn excepts(&self, finding: &Finding) -> bool {
        finding.rule.id == self.rule && finding.subject == self.subject
    }

    fn accept(&self, finding: Finding, today: Date, report: &mut Report) {
        if today <= self.until {
            let (reason, until) = (self.reason.clone(), self.until);
            report.excepted.push(Excepted {
                finding,
                reason,
                until,
            });
            return;
        }
        let message = format!(
            "{} ({}): the exception ended on {}",
            finding.message, self.rule, self.until
        );
        report.find(&ENDED_EXCEPTION, &self.subject, message);
    }
}
