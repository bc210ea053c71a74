//! Discrete time: one tick is one second, the unit in which messages are delayed.
//!
//! The model keeps how far off every time is, not when it is: two histories that differ only in when they
//! happened are one state, so the state space is finite without a last day. The real protocol is called with
//! timestamps, counted from an arbitrary present.

use std::time::Duration;

use jiff::Timestamp;
use tidings_core::protocol::CLOCK_SKEW;

/// Ticks from now, true time; negative is past.
pub type Ticks = i8;

/// How far a worker's clock may be ahead of another's.
pub const SKEW: Ticks = CLOCK_SKEW.as_secs() as Ticks;
/// How long an invocation may run.
pub const RUN: Ticks = 2;
/// How long past its deadline a worker that was not stopped can still write, at most.
pub const OVERRUN: Ticks = 3;
/// How long a received message is hidden from others: longer than a lease, as on AWS (6 x the time-out).
pub const HIDDEN: Ticks = RUN + SKEW + 1;

const PRESENT: i64 = 1_000_000_000;

/// The timestamp so many ticks from now.
pub fn at(ticks: Ticks) -> Timestamp {
    Timestamp::from_second(PRESENT + i64::from(ticks)).unwrap()
}

/// How many ticks from now a timestamp is.
pub fn ticks_to(time: Timestamp) -> Ticks {
    Ticks::try_from(time.as_second() - PRESENT).unwrap()
}

/// A delay in ticks.
pub fn ticks_in(delay: Duration) -> Ticks {
    Ticks::try_from(delay.as_secs()).unwrap()
}
