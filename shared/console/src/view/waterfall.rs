//! A trace as a waterfall: when each consumer waited and when it worked, under one another, in one scale.

use std::time::Duration;

use jiff::Timestamp;
use maud::{Markup, html};
use tidings_trace::{Delivery, Ended, Event, Trace};

use super::{
    time::took,
    trace::{name, state},
};

/// The width of all bars, in units of their own.
const WIDTH: f64 = 1000.0;
/// What is shorter is as wide as this, to be seen at all.
const NARROWEST: f64 = 5.0;

/// A row: an event, or what a consumer did with it.
struct Row<'t> {
    depth: usize,
    what: What<'t>,
    bars: Vec<Bar>,
}

enum What<'t> {
    Event(&'t Event),
    Delivery(&'t Delivery),
}

/// A length of time, and what it was spent with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bar {
    kind: Kind,
    from: Timestamp,
    to: Timestamp,
}

/// What time is spent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It was stated.
    Stated,
    /// In its queue.
    Queued,
    /// Between tries, or at work as far as nobody tells them apart.
    Between,
    /// At work.
    Worked,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Queued => "queued",
            Self::Between => "between",
            Self::Worked => "worked",
        }
    }
}

/// The waterfall; none where no time is known.
#[must_use]
pub fn waterfall(trace: &Trace) -> Option<Markup> {
    let mut rows = Vec::new();
    trace
        .events
        .iter()
        .for_each(|event| of_event(event, 0, trace.at, &mut rows));
    let times = || {
        rows.iter()
            .flat_map(|row| &row.bars)
            .flat_map(|bar| [bar.from, bar.to])
    };
    let (first, last) = (times().min()?, times().max()?);
    let all = between(first, last);
    let scale = |time: Timestamp| WIDTH * between(first, time).as_secs_f64() / all.as_secs_f64().max(1e-9);
    Some(html! {
        ul.legend {
            @for (kind, word) in [(Kind::Queued, "in its queue"), (Kind::Between, "between its tries"), (Kind::Worked, "at work")] {
                li { span class={ "key " (kind.as_str()) } {} (word) }
            }
        }
        table.list.waterfall {
            caption { "When each consumer waited and worked, in " (took(all)) }
            thead { tr {
                th scope="col" { "Who" }
                th scope="col" { span.ends { span { "0" } span { (took(all)) } } }
                th scope="col" { "How long" }
            } }
            tbody { @for row in &rows { (drawn(row, scale)) } }
        }
    })
}

fn drawn(row: &Row<'_>, scale: impl Fn(Timestamp) -> f64) -> Markup {
    html! {
        tr {
            th scope="row" class={ "d" (row.depth.min(4)) } {
                @match row.what {
                    What::Event(event) => (name(event)),
                    What::Delivery(delivery) => (delivery.consumer),
                }
            }
            td {
                svg.bars viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" {
                    @for bar in &row.bars {
                        @let (from, to) = (scale(bar.from), scale(bar.to));
                        @let width = (to - from).max(NARROWEST);
                        rect class=(bar.kind.as_str()) x=(rounded(from.min(WIDTH - width))) y="1" width=(rounded(width)) height="10" {}
                    }
                }
            }
            td {
                @if let What::Delivery(delivery) = row.what {
                    span.state data-state=(state(&delivery.ended)) { (delivery.ended.as_str().to_lowercase()) }
                    @if let Some(waited) = delivery.waited { span.took { (took(waited)) " queued" } }
                    @if let Some(time) = delivery.took { span.took { (took(time)) " at work" } }
                }
            }
        }
    }
}

fn of_event<'t>(event: &'t Event, depth: usize, now: Timestamp, rows: &mut Vec<Row<'t>>) {
    let stated = event.stated.map(|stated| bar(Kind::Stated, stated, stated));
    rows.push(Row {
        depth,
        what: What::Event(event),
        bars: stated.into_iter().collect(),
    });
    for delivery in &event.consumers {
        rows.push(Row {
            depth: depth + 1,
            what: What::Delivery(delivery),
            bars: bars(delivery, event.stated, now),
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

/// Queued until the first try, between tries until the last, at work until it was over: as far as the record tells.
fn bars(delivery: &Delivery, stated: Option<Timestamp>, now: Timestamp) -> Vec<Bar> {
    let end = match &delivery.ended {
        Ended::Unrecorded | Ended::Forgotten | Ended::NotPublished => return Vec::new(),
        Ended::Done { at } => *at,
        Ended::SetAside { since, .. } => *since,
        Ended::InProgress { .. }
        | Ended::TriedAgain { .. }
        | Ended::Unheard
        | Ended::Awaited
        | Ended::Absent { .. } => Some(now),
    };
    let Some(sent) = delivery.sent.or(stated) else {
        return Vec::new();
    };
    let end = end.unwrap_or(sent).max(sent);
    let worked = delivery
        .took
        .filter(|_| matches!(delivery.ended, Ended::Done { .. }));
    let last = worked.map_or(end, |worked| end.checked_sub(worked).unwrap_or(end));
    let begun = delivery.begun.unwrap_or(last).clamp(sent, end);
    let last = last.clamp(begun, end);
    let all = [
        (Kind::Queued, sent, begun),
        (Kind::Between, begun, last),
        (Kind::Worked, last, end),
    ];
    let some = all.into_iter().filter(|(_, from, to)| to > from);
    some.map(|(kind, from, to)| bar(kind, from, to)).collect()
}

fn bar(kind: Kind, from: Timestamp, to: Timestamp) -> Bar {
    Bar { kind, from, to }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// To a tenth: no screen shows more.
fn rounded(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use tidings_catalogue::document::Guarantee;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn delivery(ended: Ended) -> Delivery {
        Delivery {
            consumer: "feed-bear".into(),
            guarantee: Guarantee::Leased,
            ended,
            attempts: 2,
            sent: Some(at(100)),
            begun: Some(at(150)),
            waited: Some(Duration::from_millis(50)),
            took: Some(Duration::from_millis(30)),
            first_error: None,
            last_error: None,
            caused: Vec::new(),
        }
    }

    #[test]
    fn bars_follow_one_another_from_the_sending_to_the_end() {
        let done = delivery(Ended::Done { at: Some(at(300)) });
        let drawn = bars(&done, None, at(900));
        let expected = [
            (Kind::Queued, 100, 150),
            (Kind::Between, 150, 270),
            (Kind::Worked, 270, 300),
        ];
        assert_eq!(
            drawn,
            expected.map(|(kind, from, to)| bar(kind, at(from), at(to)))
        );
        let open = bars(&delivery(Ended::TriedAgain { next: None }), None, at(900));
        assert_eq!(
            open.last().unwrap(),
            &bar(Kind::Between, at(150), at(900)),
            "{open:?}"
        );
        assert!(bars(&delivery(Ended::Unrecorded), None, at(900)).is_empty());
    }

    #[test]
    fn clocks_that_disagree_turn_no_bar_around() {
        let mut early = delivery(Ended::Done { at: Some(at(90)) });
        early.begun = Some(at(80));
        for bar in bars(&early, None, at(900)) {
            assert!(bar.from <= bar.to, "{bar:?}");
        }
    }
}
