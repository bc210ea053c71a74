//! What happens, a readable line each, as it happens.

use jiff::{Timestamp, tz::TimeZone};
use tidings_aws::{Handled, Observe, observe::Verdict, request::Dropped};
use tidings_core::{Envelope, protocol::Disposition};

use super::outside::Call;

/// The terminal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal;

impl Terminal {
    /// An event was published.
    pub fn published(self, event: &Envelope) {
        let subject = event.subject.as_deref().unwrap_or("-");
        println!(
            "{}  + {:<26} {subject}  from {}",
            clock(),
            event.event_type,
            event.source
        );
    }

    /// A provider was called.
    pub fn called(self, call: &Call) {
        let came = match (&call.made, &call.error) {
            (_, Some(error)) => format!("  FAILED: {error}"),
            (Some(made), None) => format!(": {made}"),
            (None, None) => String::new(),
        };
        println!("{}  > {:<26} {}{came}", clock(), call.provider, call.asked);
    }

    /// An answer was dropped.
    pub fn dropped(self, dropped: Dropped) {
        let why = match dropped {
            Dropped::Late => "too late",
            Dropped::Unknown => "nobody has asked",
            Dropped::Unreadable => "it cannot be read",
        };
        println!("{}  - an answer was dropped: {why}", clock());
    }

    /// A delivery ended.
    pub fn handled(self, handled: &Handled<'_>) {
        let mark = match handled.verdict {
            Verdict::Done => "✓",
            Verdict::Duplicate => "=",
            Verdict::InFlight => "…",
            Verdict::Paused => "‖",
            Verdict::Failed => "↻",
            Verdict::SetAside => "✗",
        };
        let event = handled
            .envelope
            .map_or("no event", |envelope| envelope.event_type.as_str());
        let back = match handled.disposition {
            Disposition::Retry { after } => format!(", back in {} s", after.as_secs()),
            Disposition::Acknowledge | Disposition::SetAside { .. } => String::new(),
        };
        let reason = handled
            .reason
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        println!(
            "{}  {mark} {:<26} {event}  {}{back}  attempt {}, {:.1} ms{reason}",
            clock(),
            handled.consumer,
            handled.verdict.as_str(),
            handled.attempt,
            handled.elapsed.as_secs_f64() * 1e3,
        );
    }
}

impl Observe for Terminal {
    fn handled(&self, handled: &Handled<'_>) {
        Self::handled(*self, handled);
    }
}

fn clock() -> impl std::fmt::Display {
    Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .strftime("%H:%M:%S%.3f")
        .to_string()
}
