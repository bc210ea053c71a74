//! Exceptions: who excuses what, until when.

use super::{Breach, Gate};
use crate::{finding::Finding, rule::rules};

/// Marks what is excused; tells of exceptions that are past their date, or excuse nothing.
pub(super) fn apply(gate: &Gate<'_>, breaches: &mut Vec<Breach>) {
    let mut told = Vec::new();
    for exception in gate.exceptions {
        let mut matched = false;
        for breach in breaches.iter_mut() {
            let meant = breach.finding.rule.id == exception.rule
                && breach.name == exception.name
                && exception
                    .path
                    .as_ref()
                    .is_none_or(|path| *path == breach.finding.path);
            if !meant {
                continue;
            }
            matched = true;
            if gate.today <= exception.until && breach.answered.is_none() {
                breach.answered = Some(format!("excused until {}: {}", exception.until, exception.reason));
            }
        }
        let place = exception
            .path
            .as_ref()
            .map_or_else(String::new, |path| format!(" at {path}"));
        let what = format!(
            "{} of {}{place} (\"{}\")",
            exception.rule, exception.name, exception.reason
        );
        let finding = match (gate.today > exception.until, matched) {
            (true, _) => Finding::declared(
                &rules::EXCEPTION_EXPIRED,
                format!(
                    "The exception for {what} ended on {}; mend what it excused, and delete it.",
                    exception.until
                ),
            ),
            (false, false) => Finding::declared(
                &rules::EXCEPTION_UNUSED,
                format!("The exception for {what} excuses nothing; delete it."),
            ),
            (false, true) => continue,
        };
        told.push(Breach {
            name: exception.name.clone(),
            from: None,
            to: None,
            finding,
            consumers: Vec::new(),
            answered: None,
        });
    }
    breaches.extend(told);
}
