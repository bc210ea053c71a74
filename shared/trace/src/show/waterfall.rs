//! The waterfall: when each consumer waited and when it worked, under one another, in one scale.

use std::time::Duration;

use jiff::Timestamp;

use super::text::{cut, from, length, mark, name, publication};
use crate::{
    ended::Ended,
    tree::{Delivery, Event, Trace},
};

/// What a bar is made of.
const WAITED: char = '░';
const BETWEEN: char = '▒';
const WORKED: char = '█';
/// It is not over.
const OPEN: char = '>';

/// Characters of the names, at most.
const NAMES: usize = 44;
/// Characters that the figures take.
const FIGURES: usize = 30;
/// A bar is no narrower than this.
const NARROWEST: usize = 16;

/// What is drawn in a line.
struct Row {
    name: String,
    bar: Bar,
    figures: String,
}

/// When it was sent, when the first try began, when the last, and when it was over.
#[derive(Default)]
struct Bar {
    sent: Option<Timestamp>,
    begun: Option<Timestamp>,
    last: Option<Timestamp>,
    done: Option<Timestamp>,
    open: bool,
}

/// The waterfall, in lines of about `width` characters: `░` waits in the queue, `▒` is between the
/// first try and the last, `█` is the last try, as far as the records tell them apart.
#[must_use]
pub fn waterfall(trace: &Trace, width: usize) -> String {
    let mut rows = Vec::new();
    trace
        .events
        .iter()
        .for_each(|event| of_event(event, 0, trace.at, &mut rows));
    let times = || {
        rows.iter()
            .flat_map(|row| [row.bar.sent, row.bar.begun, row.bar.last, row.bar.done])
            .flatten()
    };
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return String::new();
    };
    let names = rows
        .iter()
        .map(|row| row.name.chars().count())
        .max()
        .unwrap_or(0)
        .min(NAMES);
    let room = width.saturating_sub(names + FIGURES + 2).max(NARROWEST);
    let scale = Scale {
        first,
        all: from(first, last),
        room,
    };
    let end = length(scale.all);
    let mut text = format!("{:names$} 0{end:>width$}\n", "", width = room - 1);
    for row in &rows {
        let line = format!(
            "{:<names$} {:<room$} {}",
            cut(&row.name, names),
            scale.drawn(&row.bar),
            row.figures
        );
        text += line.trim_end();
        text.push('\n');
    }
    text + "\n░ waited in its queue  ▒ between its tries  █ its last try  > not over\n"
}

struct Scale {
    first: Timestamp,
    all: Duration,
    room: usize,
}

impl Scale {
    fn column(&self, time: Timestamp) -> usize {
        let share = from(self.first, time).as_secs_f64() / self.all.as_secs_f64().max(1e-9);
        (share * (self.room - 1) as f64).round() as usize
    }

    fn drawn(&self, bar: &Bar) -> String {
        let Some(sent) = bar.sent else {
            return String::new();
        };
        let mut cells = vec![' '; self.room];
        let mut fill = |from: Timestamp, to: Timestamp, with: char| {
            let (from, to) = (self.column(from), self.column(to).min(self.room - 1));
            cells
                .iter_mut()
                .take(to + 1)
                .skip(from)
                .for_each(|cell| *cell = with);
        };
        let begun = bar.begun.or(bar.done);
        fill(sent, begun.unwrap_or(sent), WAITED);
        if let (Some(begun), Some(last)) = (bar.begun, bar.last) {
            fill(begun, last, BETWEEN);
        }
        let end = bar.done.or(bar.last).or(bar.begun);
        if let Some(done) = bar.done {
            fill(
                bar.last.unwrap_or(done),
                done,
                if bar.open { BETWEEN } else { WORKED },
            );
        } else if let Some(end) = end {
            fill(end, end, BETWEEN);
        }
        let mut drawn: String = cells.into_iter().collect::<String>().trim_end().to_owned();
        if bar.open && drawn.chars().count() < self.room + 1 {
            drawn.pop();
            drawn.push(OPEN);
        }
        drawn
    }
}

fn of_event(event: &Event, depth: usize, now: Timestamp, rows: &mut Vec<Row>) {
    let trouble = event.publication.is_trouble();
    rows.push(Row {
        name: format!("{}{}{}", "  ".repeat(depth), mark(trouble), name(event)),
        bar: Bar {
            sent: event.stated,
            ..Bar::default()
        },
        figures: publication(event, now).unwrap_or_default(),
    });
    for delivery in &event.consumers {
        let trouble = mark(delivery.ended.is_trouble());
        rows.push(Row {
            name: format!("{}{trouble}{}", "  ".repeat(depth + 1), delivery.consumer),
            bar: bar(delivery, event, now),
            figures: figures(delivery),
        });
        delivery
            .caused
            .iter()
            .for_each(|event| of_event(event, depth + 2, now, rows));
    }
    event
        .caused
        .iter()
        .for_each(|event| of_event(event, depth + 1, now, rows));
}

fn bar(delivery: &Delivery, event: &Event, now: Timestamp) -> Bar {
    match &delivery.ended {
        // Nothing says when.
        Ended::Unrecorded | Ended::Forgotten | Ended::NotPublished => Bar::default(),
        Ended::Done { at } => Bar {
            sent: delivery.sent,
            begun: delivery.begun,
            last: at.map(|at| at.checked_sub(delivery.took.unwrap_or_default()).unwrap_or(at)),
            done: *at,
            open: false,
        },
        Ended::SetAside { since, .. } => Bar {
            sent: delivery.sent.or(event.stated),
            begun: delivery.begun,
            last: *since,
            done: *since,
            open: false,
        },
        _ => Bar {
            sent: delivery.sent.or(event.stated),
            begun: delivery.begun.or(Some(now)),
            last: delivery.begun,
            done: Some(now),
            open: true,
        },
    }
}

fn figures(delivery: &Delivery) -> String {
    let mut figures = Vec::new();
    if !matches!(delivery.ended, Ended::Done { .. }) {
        figures.push(delivery.ended.as_str().to_owned());
    }
    figures.extend(delivery.waited.map(|waited| format!("{} queued", length(waited))));
    figures.extend(delivery.took.map(|took| format!("{} worked", length(took))));
    figures.join(", ")
}
