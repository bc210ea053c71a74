//! A diagnosis, for people.

use jiff::Timestamp;
use tidings_operations::doctor::{Diagnosis, Finding, Outcome, Urgency};

use crate::commands::dlq::table::ago;

/// What did not answer is told so often of a check: behind one address, all say the same.
const MOST_TOLD: usize = 2;

/// Prints what to do first before the rest, and which checks were not made.
pub fn print(diagnosis: &Diagnosis, now: Timestamp) {
    for (number, finding) in diagnosis.findings.iter().enumerate() {
        println!("{}", line(number + 1, finding, now));
    }
    for checked in &diagnosis.checks {
        match &checked.outcome {
            Outcome::Made { .. } => {}
            Outcome::Skipped { why } => println!("not looked at: {}: {why}", checked.check),
            Outcome::Failed { why } => {
                for why in why.iter().take(MOST_TOLD) {
                    eprintln!("no answer: {}: {why}", checked.check);
                }
                if why.len() > MOST_TOLD {
                    eprintln!("no answer: {}: {} more", checked.check, why.len() - MOST_TOLD);
                }
            }
        }
    }
    let made = diagnosis
        .checks
        .iter()
        .filter(|checked| matches!(checked.outcome, Outcome::Made { .. }));
    let said = match diagnosis.findings.len() {
        0 if diagnosis.is_healthy() => "healthy".to_owned(),
        0 => "nothing was found, but not everything answered".to_owned(),
        1 => "1 finding".to_owned(),
        findings => format!("{findings} findings, the most urgent first"),
    };
    println!(
        "{} of {} checks made: {said}",
        made.count(),
        diagnosis.checks.len()
    );
}

fn line(number: usize, finding: &Finding, now: Timestamp) -> String {
    let since = match finding.since {
        Some(_) => format!(", for {}", ago(finding.since, now)),
        None => String::new(),
    };
    let urgency = match finding.urgency {
        Urgency::Losing => "will be lost",
        Urgency::Stopped => "does not go on",
        Urgency::Failing => "fails",
        Urgency::Late => "late, or other",
    };
    format!(
        "{number}. {} ({urgency}{since})\n   {}\n   {}\n",
        finding.subject, finding.what, finding.run
    )
}
