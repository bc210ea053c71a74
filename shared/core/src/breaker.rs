//! The breaker: while a provider is down, events wait instead of failing until they are dead letters.
//!
//! ```text
//!            N different events failed in a row             the pause has ended: one event is let through
//!   closed ───────────────────────────────────▶ open ───────────────────────────────────▶ half open
//!     ▲                                           ▲                                          │   │
//!     │                                           └── it failed: a pause twice as long ──────┘   │
//!     └─────────────────────── an event that asked the provider succeeded ───────────────────────┘
//! ```
//!
//! *Different* events, because one that no try can help proves nothing about the provider. What counts is what a handler
//! says: a transient failure, a panic, and that it was stopped at its deadline (a provider that hangs). A permanent failure
//! may come from the provider or from before it was asked, so it says neither; nor does what waits for another event
//! ([`Failure::awaiting`](crate::Failure::awaiting)), nor what ends before the handler begins. Nor does a success that has asked no
//! provider ([`Effects::unasked`](crate::Effects::unasked)): an outage lasts until the provider itself has answered.
//!
//! Pure: time comes in as data. Whoever holds a [`Breaker`] asks it before each event and tells it how that ended.

use std::time::Duration;

use jiff::Timestamp;

/// When a consumer pauses, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// So many different events must fail in a row, with no success in between.
    pub events: usize,
    /// The first pause. Each that ends with a failure is followed by one twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl BreakerSettings {
    /// 5 events; 30 seconds first, 15 minutes at most.
    pub const DEFAULT: Self = Self {
        events: 5,
        first_pause: Duration::from_secs(30),
        longest_pause: Duration::from_secs(15 * 60),
    };

    /// How long a message can wait that may be received `receives` times, where a pause costs it two of them:
    /// one that meets the pause, and one that meets another event's probe. A transport that stops receiving
    /// ([`Breaker::paused_until`]) spends fewer.
    #[must_use]
    pub fn outlasts(self, receives: u32) -> Duration {
        let mut pause = self.first_pause;
        let mut lasted = Duration::ZERO;
        for _ in 0..receives / 2 {
            lasted += pause;
            pause = (pause * 2).min(self.longest_pause);
        }
        lasted
    }
}

/// The breaker of one consumer in one process.
#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    state: State,
    /// The pause that is, or was last.
    pause: Duration,
    /// Counts changes of state: what an event says that was let through before the last one is no news.
    generation: u64,
    /// Whose failure ended the last pause.
    failed_probe: Option<String>,
}

#[derive(Debug)]
enum State {
    /// The events that have failed since the last success.
    Closed {
        failed: Vec<String>,
    },
    Open {
        until: Timestamp,
    },
    /// Until then one event is being tried. One that has not been heard of by then never will be.
    HalfOpen {
        probe_ends: Timestamp,
    },
}

/// An event has been let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass(u64);

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(settings: BreakerSettings) -> Self {
        Self {
            settings,
            state: State::Closed { failed: Vec::new() },
            pause: Duration::ZERO,
            generation: 0,
            failed_probe: None,
        }
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> BreakerSettings {
        self.settings
    }

    /// May this event begin? `ends` is when its try is over, whatever happens.
    ///
    /// # Errors
    /// When to ask again.
    pub fn admit(&mut self, event: &str, now: Timestamp, ends: Timestamp) -> Result<Pass, Timestamp> {
        match self.state {
            State::Closed { .. } => return Ok(Pass(self.generation)),
            State::Open { until: wait } | State::HalfOpen { probe_ends: wait } if now < wait => {
                return Err(wait);
            }
            State::Open { .. } | State::HalfOpen { .. } => {}
        }
        // One event that no try can help must not be every probe: it steps back once, for another.
        if self.failed_probe.as_deref() == Some(event) {
            self.failed_probe = None;
            return Err(later(now, self.settings.first_pause));
        }
        self.turn(State::HalfOpen { probe_ends: ends });
        Ok(Pass(self.generation))
    }

    /// A handler that asked the provider succeeded: it answers. Answers whether that ended a pause.
    pub fn succeeded(&mut self) -> bool {
        if let State::Closed { failed } = &mut self.state {
            failed.clear();
            return false;
        }
        self.failed_probe = None;
        self.turn(State::Closed { failed: Vec::new() });
        true
    }

    /// The handler of an event failed, and may succeed another time. Answers how long a pause begins with it.
    pub fn failed(&mut self, pass: Pass, event: &str, now: Timestamp) -> Option<Duration> {
        if pass.0 != self.generation {
            return None;
        }
        match &mut self.state {
            State::Closed { failed } => {
                if !failed.iter().any(|other| other == event) {
                    failed.push(event.to_owned());
                }
                if failed.len() < self.settings.events {
                    return None;
                }
                self.pause = self.settings.first_pause;
            }
            State::Open { .. } => return None,
            State::HalfOpen { .. } => {
                self.failed_probe = Some(event.to_owned());
                self.pause = (self.pause * 2).min(self.settings.longest_pause);
            }
        }
        let until = later(now, self.pause);
        self.turn(State::Open { until });
        Some(self.pause)
    }

    /// The try of an event ended, and nothing has been heard of the provider. If it was the probe, another may be.
    pub fn ended(&mut self, pass: Pass) {
        if let State::HalfOpen { probe_ends } = &mut self.state
            && pass.0 == self.generation
        {
            *probe_ends = Timestamp::MIN;
        }
    }

    /// Until when no event would be let through; none if one would.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Open { until: wait } | State::HalfOpen { probe_ends: wait } => {
                Some(wait).filter(|wait| now < *wait)
            }
            State::Closed { .. } => None,
        }
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backoff::Backoff,
        catalogue::{RECEIVES, RETENTION, Settings},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Tries an event at `second`, which takes ten seconds at most, and fails; answers the pause that begins.
    fn fails(breaker: &mut Breaker, event: &str, second: i64) -> Option<Duration> {
        let pass = breaker.admit(event, at(second), at(second + 10)).unwrap();
        breaker.failed(pass, event, at(second))
    }

    /// A breaker that has opened at second 0.
    fn open() -> Breaker {
        let mut breaker = Breaker::new(BreakerSettings::DEFAULT);
        for event in ["a", "b", "c", "d"] {
            assert_eq!(fails(&mut breaker, event, 0), None);
        }
        assert_eq!(fails(&mut breaker, "e", 0), Some(Duration::from_secs(30)));
        breaker
    }

    #[test]
    fn it_opens_when_enough_different_events_failed_in_a_row() {
        let mut breaker = open();
        assert_eq!(breaker.admit("f", at(29), at(39)), Err(at(30)));
        assert_eq!(breaker.paused_until(at(29)), Some(at(30)));
        assert_eq!(breaker.paused_until(at(30)), None);
    }

    #[test]
    fn one_event_that_always_fails_never_opens_it() {
        let mut breaker = Breaker::new(BreakerSettings::DEFAULT);
        for second in 0..1000 {
            assert_eq!(fails(&mut breaker, "poison", second), None);
        }
    }

    #[test]
    fn a_success_in_between_begins_the_count_anew() {
        let mut breaker = Breaker::new(BreakerSettings::DEFAULT);
        for round in 0..10 {
            for event in ["a", "b", "c", "d"] {
                assert_eq!(fails(&mut breaker, event, round), None);
            }
            assert!(!breaker.succeeded());
        }
    }

    #[test]
    fn after_the_pause_one_event_at_a_time_is_let_through() {
        let mut breaker = open();
        let probe = breaker.admit("f", at(30), at(40)).unwrap();
        assert_eq!(breaker.admit("g", at(31), at(41)), Err(at(40)));
        assert_eq!(breaker.failed(probe, "f", at(32)), Some(Duration::from_secs(60)));
        assert_eq!(breaker.admit("g", at(33), at(43)), Err(at(92)));
        breaker.admit("g", at(92), at(102)).unwrap();
        assert!(breaker.succeeded());
        assert!(breaker.admit("h", at(93), at(103)).is_ok());
        assert!(breaker.admit("i", at(93), at(103)).is_ok());
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_small_after_a_success() {
        let mut breaker = open();
        let (mut second, mut pauses) = (30, Vec::new());
        for probe in 0..7 {
            let pause = fails(&mut breaker, &format!("probe-{probe}"), second).unwrap();
            pauses.push(pause.as_secs());
            second += pause.as_secs() as i64;
        }
        assert_eq!(pauses, [60, 120, 240, 480, 900, 900, 900]);
        breaker.admit("x", at(second), at(second)).unwrap();
        assert!(breaker.succeeded());
        let reopened = ["a", "b", "c", "d", "e"].map(|event| fails(&mut breaker, event, second));
        assert_eq!(reopened[4], Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_probe_that_is_lost_or_says_nothing_makes_way_for_another() {
        let mut breaker = open();
        let lost = breaker.admit("f", at(30), at(40)).unwrap();
        let next = breaker.admit("g", at(40), at(50)).unwrap();
        assert_eq!(breaker.failed(lost, "f", at(41)), None, "too late to be news");
        breaker.ended(lost);
        assert_eq!(breaker.admit("h", at(42), at(52)), Err(at(50)));
        breaker.ended(next);
        assert!(breaker.admit("h", at(42), at(52)).is_ok());
    }

    #[test]
    fn events_that_were_let_through_before_the_pause_do_not_lengthen_it() {
        let mut breaker = Breaker::new(BreakerSettings::DEFAULT);
        let passes =
            ["a", "b", "c", "d", "e", "f"].map(|event| (event, breaker.admit(event, at(0), at(10)).unwrap()));
        let pauses = passes.map(|(event, pass)| breaker.failed(pass, event, at(5)));
        assert_eq!(pauses[4..], [Some(Duration::from_secs(30)), None]);
        assert_eq!(breaker.paused_until(at(6)), Some(at(35)));
    }

    #[test]
    fn an_event_that_failed_as_the_probe_lets_another_be_the_next() {
        let mut breaker = open();
        assert!(fails(&mut breaker, "poison", 30).is_some());
        assert_eq!(breaker.admit("poison", at(90), at(100)), Err(at(120)));
        let other = breaker.admit("good", at(91), at(101)).unwrap();
        breaker.ended(other);
        assert!(
            breaker.admit("poison", at(120), at(130)).is_ok(),
            "it stepped back once"
        );
    }

    /// The figures of docs/guarantees.md.
    #[test]
    fn the_default_survives_a_quarter_of_an_hour_without_and_as_long_as_a_queue_keeps_a_message_with_it() {
        let tries = Settings::DEFAULT.tries();
        assert_eq!(tries, 40);
        let without: Duration = (1..tries - 4).map(|n| Backoff::DEFAULT.ceiling(n) / 2).sum();
        assert_eq!(without.as_secs() / 60, 15);
        assert!(BreakerSettings::DEFAULT.outlasts(RECEIVES) > RETENTION);
    }
}
