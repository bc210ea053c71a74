//! A comment for a pull request.

use std::fmt::Write as _;

use super::{subject, summary};
use crate::{
    gate::{Breach, Report},
    rule::Severity,
};

/// The report as Markdown: what fails in a table with a witness each, the rest folded away.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let (failing, rest): (Vec<_>, Vec<_>) = report.breaches.iter().partition(|breach| breach.fails());
    let title = if failing.is_empty() {
        "Contracts: compatible"
    } else {
        "Contracts: this change breaks something"
    };
    let mut text = format!("### {title}\n\n{}\n", summary(report));
    // Writing to a string cannot fail.
    table(&mut text, &failing).unwrap_or_default();
    if !rest.is_empty() {
        text += "\n<details><summary>Answered, excused, or worth knowing</summary>\n";
        table(&mut text, &rest).unwrap_or_default();
        text += "\n</details>\n";
    }
    text
}

fn table(text: &mut String, breaches: &[&Breach]) -> std::fmt::Result {
    if breaches.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n| | Rule | Contract | What | Written, and not read | Consumers |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for breach in breaches {
        let finding = &breach.finding;
        let sign = match (&breach.answered, finding.severity) {
            (Some(_), _) => "✓",
            (None, Severity::Error) => "✗",
            (None, Severity::Warning) => "⚠",
            (None, Severity::Note) => "·",
        };
        let what = match &breach.answered {
            Some(answer) => format!("{} ({answer})", finding.message),
            None => finding.message.clone(),
        };
        let witness = finding
            .witness
            .as_ref()
            .map_or_else(String::new, |witness| code(&witness.to_string()));
        writeln!(
            text,
            "| {sign} | [{}]({}) | {} | {} | {witness} | {} |",
            finding.rule.id,
            finding.page,
            cell(&subject(breach)),
            cell(&what),
            cell(&breach.consumers.join(", "))
        )?;
    }
    Ok(())
}

/// Text that is safe in a cell.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '|' => safe.push_str("\\|"),
            '<' => safe.push_str("&lt;"),
            '\n' | '\r' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Code in a cell, whatever it holds.
fn code(text: &str) -> String {
    let most = 300;
    let text: String = match text.chars().count() > most {
        true => text.chars().take(most).chain(['…']).collect(),
        false => text.to_owned(),
    };
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!(
        "{fence}{space}{}{space}{fence}",
        text.replace('|', "\\|").replace(['\n', '\r'], " ")
    )
}
