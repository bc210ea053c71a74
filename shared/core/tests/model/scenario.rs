//! What is checked. Everything at once would be too much to look at, so each scenario leaves something out.

use crate::{
    clock::SKEW,
    system::{Guarantee, System},
};

impl System {
    /// Two workers with clocks as far apart as they may be, one message, and three things that go wrong.
    pub fn alone(guarantee: Guarantee) -> Self {
        Self {
            guarantee,
            clocks: vec![vec![0, 0], vec![0, SKEW]],
            duplicate: false,
            redrive: false,
            mishaps: 3,
            receives: None,
            impatient: false,
            expiries: 0,
            fault: None,
        }
    }

    /// The event comes twice; two things go wrong.
    pub fn twice(guarantee: Guarantee) -> Self {
        Self {
            clocks: vec![vec![0, SKEW]],
            duplicate: true,
            mishaps: 2,
            ..Self::alone(guarantee)
        }
    }

    /// What is set aside is redriven; two things go wrong.
    pub fn redriven(guarantee: Guarantee) -> Self {
        Self {
            redrive: true,
            mishaps: 2,
            ..Self::alone(guarantee)
        }
    }

    /// The event comes twice, and what is set aside is redriven; one thing goes wrong.
    pub fn crowded(guarantee: Guarantee) -> Self {
        Self {
            redrive: true,
            mishaps: 1,
            ..Self::twice(guarantee)
        }
    }

    /// The event comes twice to three workers, one of them ahead or one behind; one thing goes wrong.
    pub fn three_workers(guarantee: Guarantee) -> Self {
        Self {
            clocks: vec![vec![0, 0, SKEW], vec![0, SKEW, SKEW]],
            mishaps: 1,
            ..Self::twice(guarantee)
        }
    }

    /// The record expires while messages are still about.
    pub fn expiring(guarantee: Guarantee) -> Self {
        Self {
            expiries: 1,
            ..Self::crowded(guarantee)
        }
    }

    /// As few receives as a queue is ever given ([`tidings_core::backoff::Backoff::receives_for`]).
    pub fn patient(guarantee: Guarantee) -> Self {
        Self {
            receives: Some(5),
            mishaps: 1,
            ..Self::twice(guarantee)
        }
    }

    /// As many faults as receives.
    pub fn impatient(guarantee: Guarantee) -> Self {
        Self {
            receives: Some(2),
            impatient: true,
            ..Self::redriven(guarantee)
        }
    }

    /// Everything at once, and two things go wrong.
    pub fn everything(guarantee: Guarantee) -> Self {
        Self {
            mishaps: 2,
            ..Self::crowded(guarantee)
        }
    }
}
