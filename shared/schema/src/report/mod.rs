//! A gate's report, for people and for machines.

mod markdown;
mod sarif;
mod terminal;

pub use markdown::markdown;
pub use sarif::sarif;
pub use terminal::terminal;

use crate::gate::Breach;

/// `order.placed v2 → v3`.
pub(crate) fn subject(breach: &Breach) -> String {
    match (breach.from, breach.to) {
        (Some(from), Some(to)) if from != to => format!("{} v{from} → v{to}", breach.name),
        (_, Some(to)) => format!("{} v{to}", breach.name),
        _ => breach.name.clone(),
    }
}

/// The last line of every report.
pub(crate) fn summary(report: &crate::gate::Report) -> String {
    let failing = report.breaches.iter().filter(|breach| breach.fails()).count();
    let answered = report
        .breaches
        .iter()
        .filter(|breach| breach.answered.is_some())
        .count();
    let said = match failing {
        0 => "nothing fails".to_owned(),
        1 => "1 finding fails".to_owned(),
        failing => format!("{failing} findings fail"),
    };
    let answered = if answered > 0 {
        format!(", {answered} answered or excused")
    } else {
        String::new()
    };
    let pairs = match report.compared {
        0 => String::new(),
        1 => ", 1 pair of versions compared".to_owned(),
        pairs => format!(", {pairs} pairs of versions compared"),
    };
    format!("{}{pairs}: {said}{answered}.", report.contracts)
}
