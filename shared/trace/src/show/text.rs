//! The words of a tree: lengths of time, and how an event stands with a consumer.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    ended::{Ended, Publication},
    tree::{Delivery, Event},
};

/// A length of time, with the two or three digits that say something.
#[must_use]
pub fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// In one line, without what a terminal would obey: errors are the words of others.
pub(super) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As much of a line as has room.
pub(super) fn cut(line: &str, width: usize) -> String {
    match line.char_indices().nth(width) {
        None => line.to_owned(),
        Some(_) => line.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// What an event is called: its type and what it is about, or its key where nobody keeps it.
pub(super) fn name(event: &Event) -> String {
    match (&event.r#type, &event.subject) {
        (Some(kind), Some(subject)) => format!("{kind}  {subject}"),
        (Some(kind), None) => kind.clone(),
        (None, _) => format!("{}  (known by its records alone)", event.key),
    }
}

/// What asks for attention is marked.
pub(super) fn mark(trouble: bool) -> &'static str {
    if trouble { "! " } else { "" }
}

/// Whether an event has gone out, where there is something to say.
pub(super) fn publication(event: &Event, now: Timestamp) -> Option<String> {
    let age = event.stated.map(|stated| length(from(stated, now)));
    match event.publication {
        Publication::Pending { .. } => Some(match age {
            Some(age) => format!("not published, for {age}"),
            None => "not published".to_owned(),
        }),
        Publication::Published { .. } | Publication::Unknown => None,
    }
}

/// How it stands, besides the word for it.
pub(super) fn details(delivery: &Delivery, now: Timestamp) -> Vec<String> {
    let mut told = Vec::new();
    if delivery.attempts > 0 {
        told.push(format!("attempts {}", delivery.attempts));
    }
    told.extend(delivery.waited.map(|waited| format!("waited {}", length(waited))));
    told.extend(delivery.took.map(|took| format!("took {}", length(took))));
    told.extend(match &delivery.ended {
        Ended::TriedAgain { next: Some(next) } if *next > now => {
            Some(format!("next try in {}", length(from(now, *next))))
        }
        Ended::TriedAgain { next: Some(next) } => {
            Some(format!("its next try was due {} ago", length(from(*next, now))))
        }
        Ended::TriedAgain { next: None } => {
            Some("next try when its queue's visibility time-out ends".to_owned())
        }
        Ended::InProgress { until } => Some(format!("for {} at most", length(from(now, *until)))),
        Ended::Unheard => Some("its worker died; it comes back".to_owned()),
        Ended::SetAside {
            letter: Some(letter), ..
        } => Some(format!("letter {}", short(letter))),
        Ended::SetAside { letter: None, .. } => Some("its letter is in no queue any more".to_owned()),
        Ended::Absent { since } => Some(format!(
            "no record; one was due {} ago",
            length(from(*since, now))
        )),
        Ended::Unrecorded => Some("natural: a success leaves none".to_owned()),
        Ended::Forgotten => Some("records live for 45 days".to_owned()),
        Ended::Done { .. } | Ended::Awaited | Ended::NotPublished => None,
    });
    told
}

/// What failed tries said: the first and the last, once where they are the same.
pub(super) fn errors(delivery: &Delivery) -> Vec<String> {
    match (&delivery.first_error, &delivery.last_error) {
        (Some(first), Some(last)) if first != last => {
            vec![
                format!("first error: {}", one_line(first)),
                format!("last error: {}", one_line(last)),
            ]
        }
        (_, Some(last)) => vec![format!("error: {}", one_line(last))],
        (Some(first), None) => vec![format!("error: {}", one_line(first))],
        (None, None) => Vec::new(),
    }
}

/// How a letter's id begins, as `tidings dlq` takes it.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

pub(super) fn from(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_say_as_much_as_is_of_use() {
        let lengths = [0, 999, 1_000, 59_940, 60_000, 3_600_000, 172_800_000].map(Duration::from_millis);
        assert_eq!(
            lengths.map(length),
            [
                "0 ms",
                "999 ms",
                "1.0 s",
                "59.9 s",
                "1 min 0 s",
                "1 h 0 min",
                "2 days"
            ]
        );
    }

    #[test]
    fn an_error_moves_no_cursor_and_breaks_no_line() {
        assert_eq!(one_line("a\u{1b}[2J\n  b\r\tc"), "a [2J b c");
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        assert_eq!((cut("€€€", 3), cut("€€€€", 3)), ("€€€".into(), "€€…".into()));
    }
}
