//! The EMF lines of a batch (CloudWatch: embedded metric format specification). A line has one value for each
//! dimension, so failures of different kinds are lines of their own.

use std::borrow::Cow;

use jiff::Timestamp;
use metrique::{
    emf::EntryDimensions,
    writer::{Entry, EntryWriter, MetricFlags, Observation, Unit, Value, ValueWriter},
};

use super::tally::{Cause, Tally};

/// Who it was: the dimensions that every metric has.
pub(super) struct Who {
    pub(super) service: &'static str,
    pub(super) function: String,
}

impl Who {
    pub(super) const DIMENSIONS: [&'static str; 2] = ["Service", "Function"];

    pub(super) fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        let [service, function] = Self::DIMENSIONS;
        writer.value(service, self.service);
        writer.value(function, &self.function);
    }
}

/// The level of a line of metrics. Lambda's own filter drops lines below the level that a function is set to, and takes a line without a level for one
/// of INFO (AWS: Lambda, "Log-level filtering"): only the highest is never dropped. Nothing else here has it.
const LEVEL: &str = "FATAL";

/// When it was: for CloudWatch, and as Lambda's filter wants it (RFC 3339).
pub(super) fn stamp<'a>(writer: &mut impl EntryWriter<'a>, at: Timestamp) {
    writer.timestamp(at.into());
    writer.value("timestamp", &format!("{at:.3}"));
    writer.value("level", LEVEL);
}

/// A batch as a whole. What did not occur is left out: a metric costs money in every hour in which it is written.
pub(super) struct BatchLine<'b> {
    pub(super) who: &'b Who,
    pub(super) at: Timestamp,
    pub(super) tally: &'b Tally,
    /// It is the first batch of its process.
    pub(super) cold: bool,
}

impl Entry for BatchLine<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        let tally = self.tally;
        stamp(writer, self.at);
        writer.value("BatchSize", &Count(tally.messages));
        writer.value("Processed", &Count(tally.processed));
        writer.value("Duplicates", &Count(tally.duplicates));
        writer.value("InFlight", &Count(tally.in_flight));
        writer.value("Paused", &Count(tally.paused));
        writer.value("Failures", &Count(tally.failures));
        writer.value("SetAside", &Count(tally.set_aside));
        writer.value("ColdStart", &Count(self.cold.into()));
        writer.value("Attempts", &tally.attempts);
        writer.value("ProcessingTime", &tally.processing);
        writer.value("Age", &tally.age);
        self.who.write(writer);
    }
}

/// The failures of a batch that had one cause.
pub(super) struct FailureLine<'b> {
    pub(super) who: &'b Who,
    pub(super) at: Timestamp,
    pub(super) cause: &'b Cause,
}

/// Besides [`Who::DIMENSIONS`].
static BY_CAUSE: EntryDimensions = EntryDimensions::new_static(&[Cow::Borrowed(&[
    Cow::Borrowed("EventType"),
    Cow::Borrowed("ErrorClass"),
])]);

impl Entry for FailureLine<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.config(&BY_CAUSE);
        stamp(writer, self.at);
        writer.value("Failures", &Count(self.cause.failures));
        self.who.write(writer);
        writer.value("EventType", &self.cause.event_type);
        writer.value("ErrorClass", self.cause.class);
    }
}

/// How many; none is not written.
pub(super) struct Count(pub(super) u64);

impl Value for Count {
    fn write(&self, writer: impl ValueWriter) {
        let some = (self.0 > 0).then_some(Observation::Unsigned(self.0));
        writer.metric(some, Unit::Count, [], MetricFlags::empty());
    }
}
