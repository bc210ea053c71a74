//! For people, at a terminal.

use std::fmt::Write as _;

use super::{subject, summary};
use crate::{
    gate::{Breach, Report},
    rule::Severity,
};

/// The report as text; in colour, where a terminal shows it.
#[must_use]
pub fn terminal(report: &Report, colour: bool) -> String {
    let mut text = String::new();
    for breach in &report.breaches {
        one(&mut text, breach, colour).unwrap_or_default();
    }
    text + &summary(report) + "\n"
}

fn one(text: &mut String, breach: &Breach, colour: bool) -> std::fmt::Result {
    let finding = &breach.finding;
    let (word, code) = match (&breach.answered, finding.severity) {
        (Some(_), _) => ("answered", 2),
        (None, Severity::Error) => ("error", 31),
        (None, Severity::Warning) => ("warning", 33),
        (None, Severity::Note) => ("note", 36),
    };
    let word = match colour {
        true => format!("\u{1b}[{code}m{word}\u{1b}[0m"),
        false => word.to_owned(),
    };
    writeln!(text, "{word}[{}] {}", finding.rule.id, subject(breach))?;
    writeln!(text, "  {}", finding.message)?;
    if let Some(direction) = finding.direction {
        writeln!(text, "  direction  {direction}")?;
    }
    for (name, value) in [
        ("old", &finding.old),
        ("new", &finding.new),
        ("witness", &finding.witness),
    ] {
        if let Some(value) = value {
            writeln!(text, "  {name:<10} {value}")?;
        }
    }
    if !breach.consumers.is_empty() {
        writeln!(text, "  consumers  {}", breach.consumers.join(", "))?;
    }
    if let Some(answer) = &breach.answered {
        writeln!(text, "  answered   {answer}")?;
    }
    writeln!(text, "  see        {}\n", finding.page)
}
