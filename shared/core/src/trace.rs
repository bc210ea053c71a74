//! W3C trace context (Trace Context, section 3.2): just enough to carry a trace across an event.

use std::{fmt, str::FromStr};

/// A `traceparent`: the trace, and the span that published the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    trace_id: u128,
    parent_id: u64,
    flags: u8,
}

/// The text is no `traceparent`; the receiver then begins a trace of its own (section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no W3C traceparent")]
pub struct InvalidTraceParent;

impl TraceParent {
    /// Begins a trace from random bits; it is sampled.
    #[must_use]
    pub fn begin(random: u128) -> Self {
        // Zero ids are invalid by the standard.
        Self {
            trace_id: random.max(1),
            parent_id: fold(random),
            flags: 1,
        }
    }

    /// The same trace seen from another span.
    #[must_use]
    pub fn child(self, random: u128) -> Self {
        Self {
            parent_id: fold(random),
            ..self
        }
    }
}

fn fold(random: u128) -> u64 {
    let [high, low] = [(random >> 64) as u64, random as u64];
    (high ^ low).max(1)
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "00-{:032x}-{:016x}-{:02x}",
            self.trace_id, self.parent_id, self.flags
        )
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let mut parts = text.trim().split('-');
        let mut hex = |length: usize| {
            let part = parts
                .next()
                .filter(|part| part.len() == length)
                .ok_or(InvalidTraceParent)?;
            let lower_hex = part
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            let number = u128::from_str_radix(part, 16).map_err(|_| InvalidTraceParent)?;
            lower_hex.then_some(number).ok_or(InvalidTraceParent)
        };
        let (version, trace_id, parent_id, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        if version == 0xff || trace_id == 0 || parent_id == 0 || (version == 0 && parts.next().is_some()) {
            return Err(InvalidTraceParent);
        }
        Ok(Self {
            trace_id,
            parent_id: parent_id as u64,
            flags: flags as u8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_child_keeps_the_trace_and_changes_the_span() {
        let parent: TraceParent = EXAMPLE.parse().unwrap();
        assert_eq!(parent.to_string(), EXAMPLE);
        let child = parent.child(7).to_string();
        assert_eq!(child, "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01");
    }

    #[test]
    fn what_the_standard_calls_invalid_is_refused() {
        let zero = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        for text in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            &zero,
            &EXAMPLE.to_uppercase(),
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(InvalidTraceParent), "{text}");
        }
        assert_eq!(
            format!("{EXAMPLE}-00").parse::<TraceParent>(),
            Err(InvalidTraceParent)
        );
    }
}
