//! Times and lengths, as people read them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use maud::{Markup, html};

/// A moment of today, to the second; the whole of it where it is pointed at.
#[must_use]
pub fn clock(time: Timestamp) -> Markup {
    let text = time.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string();
    html! { time datetime=(format!("{time:.3}")) title=(format!("{time:.3}")) { (text) } }
}

/// How long ago, in the largest unit that says something.
#[must_use]
pub fn ago(time: Option<Timestamp>, now: Timestamp) -> Markup {
    html! {
        @match time {
            Some(time) => time datetime=(format!("{time:.3}")) title=(format!("{time:.0}")) { (length(now.duration_since(time))) },
            None => span.muted { "unknown" },
        }
    }
}

/// A length of time in its largest unit.
#[must_use]
pub fn length(time: SignedDuration) -> String {
    match time.as_secs().max(0) {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// How long something took.
#[must_use]
pub fn took(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        ..9.95 => format!("{millis:.1} ms"),
        9.95..999.5 => format!("{millis:.0} ms"),
        999.5..9_995.0 => format!("{:.1} s", millis / 1e3),
        _ => length(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_the_unit_that_says_something() {
        let told =
            [0.4, 42.0, 999.0, 1500.0, 30_000.0, 90_000.0].map(|ms| took(Duration::from_secs_f64(ms / 1e3)));
        assert_eq!(told, ["0.4 ms", "42 ms", "999 ms", "1.5 s", "30 s", "1 min"]);
        assert_eq!(length(SignedDuration::from_hours(49)), "2 days");
    }
}
