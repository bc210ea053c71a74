//! What happened in one batch, counted.

use std::time::Duration;

use metrique::writer::{Unit, unit::NegativeScale};

use super::samples::Samples;
use crate::observe::{Handled, Verdict};

/// A batch's numbers. Every message is one of processed, duplicate, in flight, paused and failure.
pub(super) struct Tally {
    pub(super) messages: u64,
    pub(super) processed: u64,
    pub(super) duplicates: u64,
    pub(super) in_flight: u64,
    pub(super) paused: u64,
    pub(super) failures: u64,
    /// How many of the failures were set aside.
    pub(super) set_aside: u64,
    /// In milliseconds.
    pub(super) processing: Samples,
    /// In milliseconds.
    pub(super) age: Samples,
    pub(super) attempts: Samples,
    /// The failures again, by what failed and how.
    pub(super) causes: Vec<Cause>,
}

/// Failures of one kind.
pub(super) struct Cause {
    pub(super) event_type: String,
    pub(super) class: &'static str,
    pub(super) failures: u64,
}

impl Tally {
    pub(super) fn new() -> Self {
        let milliseconds = || Samples::new(Unit::Second(NegativeScale::Milli));
        Self {
            messages: 0,
            processed: 0,
            duplicates: 0,
            in_flight: 0,
            paused: 0,
            failures: 0,
            set_aside: 0,
            processing: milliseconds(),
            age: milliseconds(),
            attempts: Samples::new(Unit::Count),
            causes: Vec::new(),
        }
    }

    /// Counts a delivery; `event_type` is its event's type as a dimension.
    pub(super) fn add(&mut self, handled: &Handled<'_>, event_type: &str) {
        self.messages += 1;
        match handled.verdict {
            Verdict::Done => self.processed += 1,
            Verdict::Duplicate => self.duplicates += 1,
            Verdict::InFlight => self.in_flight += 1,
            Verdict::Paused => self.paused += 1,
            Verdict::Failed => self.fail(handled, event_type),
            Verdict::SetAside => {
                self.set_aside += 1;
                self.fail(handled, event_type);
            }
        }
        if let Some(age) = handled.age {
            self.age.add(milliseconds(age));
        }
        // Only of what was tried here and now, or duplicates would make every consumer look fast.
        let tried = matches!(
            handled.verdict,
            Verdict::Done | Verdict::Failed | Verdict::SetAside
        );
        if tried && handled.attempt > 0 && !handled.coalesced {
            self.processing.add(milliseconds(handled.elapsed));
            self.attempts.add(handled.attempt.into());
        }
    }

    fn fail(&mut self, handled: &Handled<'_>, event_type: &str) {
        self.failures += 1;
        let class = handled.class.unwrap_or("Unknown");
        let same = |cause: &&mut Cause| cause.class == class && cause.event_type == event_type;
        match self.causes.iter_mut().find(same) {
            Some(cause) => cause.failures += 1,
            None => self.causes.push(Cause {
                event_type: event_type.to_owned(),
                class,
                failures: 1,
            }),
        }
    }

    /// Begins the next batch in the same memory.
    pub(super) fn clear(&mut self) {
        self.messages = 0;
        self.processed = 0;
        self.duplicates = 0;
        self.in_flight = 0;
        self.paused = 0;
        self.failures = 0;
        self.set_aside = 0;
        self.processing.clear();
        self.age.clear();
        self.attempts.clear();
        self.causes.clear();
    }
}

/// Whole microseconds, as milliseconds: enough, and short in a line.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}
