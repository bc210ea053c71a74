//! What came out: a table for people, JSON for scripts.

use std::{fmt, time::Duration};

use comfy_table::{Cell, CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde::{Serialize, Serializer};

use super::{
    event_driven::Reactions,
    in_a_row::Failed,
    operations::{DOWN, OPERATIONS, UNSTEADY},
};

/// Both sides.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub in_a_row: Before,
    pub event_driven: After,
}

/// All fourteen before the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Before {
    pub answered_seconds: Seconds,
    pub taken: Share,
    /// Orders taken while one provider was down.
    pub taken_in_outage: Share,
    /// Orders taken while one provider sometimes did not answer.
    pub taken_when_unsteady: Share,
    /// What failed the others, in order: when all was well, in the outage, with the unsteady provider.
    pub failed: Vec<Failed>,
}

/// Two before the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct After {
    pub answered_seconds: Seconds,
    /// From the last answer until everything was done.
    pub all_done_seconds: Seconds,
    pub reactions: Reactions,
    pub answered_in_outage_seconds: Seconds,
    pub taken_in_outage: Share,
    /// What was done while the provider was down, and after it was back.
    pub during_outage: Reactions,
    pub after_outage: Reactions,
    pub taken_when_unsteady: Share,
    pub when_unsteady: Reactions,
}

/// A time, in seconds; of several, their median.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(f64);

/// So many of so many.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Share {
    pub number: usize,
    pub of: usize,
}

impl From<Duration> for Seconds {
    fn from(time: Duration) -> Self {
        Self(time.as_secs_f64())
    }
}

impl Seconds {
    /// The median; of none, none.
    pub fn median(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default().into()
    }

    /// Whether it is no longer than that.
    pub fn within(self, most: Duration) -> bool {
        self.0 <= most.as_secs_f64()
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.0 * 1e3).round() / 1e3)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s", self.0)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", operations())?;
        let (before, after) = (&self.in_a_row, &self.event_driven);
        let (unsteady, rate) = UNSTEADY;
        let mut table = table(&["", "14 in a row", "event-driven"]);
        let mut row = |what: String, before: String, after: String| {
            table.add_row([Cell::new(what), right(before), right(after)]);
        };
        row(
            "the customer is answered after (median)".into(),
            before.answered_seconds.to_string(),
            after.answered_seconds.to_string(),
        );
        row(
            "everything is done, after that".into(),
            "0.00 s".into(),
            after.all_done_seconds.to_string(),
        );
        row(
            format!("{DOWN} is down: orders taken"),
            before.taken_in_outage.to_string(),
            after.taken_in_outage.to_string(),
        );
        row(
            "    answered after (median)".into(),
            "-".into(),
            after.answered_in_outage_seconds.to_string(),
        );
        row(
            "    done meanwhile".into(),
            "-".into(),
            done(&after.during_outage),
        );
        row(
            "    done when it is back".into(),
            "-".into(),
            done(&after.after_outage),
        );
        row(
            "    failed tries, seen and recovered".into(),
            "-".into(),
            after.after_outage.failed_tries.to_string(),
        );
        row(
            format!("{unsteady} fails {:.0} % of calls: orders taken", rate * 100.0),
            before.taken_when_unsteady.to_string(),
            after.taken_when_unsteady.to_string(),
        );
        row(
            "    failed tries, seen and recovered".into(),
            "-".into(),
            after.when_unsteady.failed_tries.to_string(),
        );
        row(
            "    done in the end".into(),
            "-".into(),
            done(&after.when_unsteady),
        );
        write!(f, "{table}")?;
        for Failed { consumer, cause } in &before.failed {
            write!(f, "\nin a row, {consumer} failed an order: {cause}")?;
        }
        Ok(())
    }
}

/// How long each operation takes, on both sides.
fn operations() -> Table {
    let mut table = table(&["operation", "takes", "14 in a row", "event-driven"]);
    for operation in OPERATIONS {
        let after = operation
            .consumer
            .map_or("before the answer".to_owned(), |consumer| {
                format!("then: {consumer}")
            });
        table.add_row([
            Cell::new(operation.what),
            right(format!("{:.1} s", operation.takes().as_secs_f64())),
            Cell::new("before the answer"),
            Cell::new(after),
        ]);
    }
    table
}

fn done(reactions: &Reactions) -> String {
    let Reactions { done, of, .. } = reactions;
    format!("{done} of {of}")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(header);
    table
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
