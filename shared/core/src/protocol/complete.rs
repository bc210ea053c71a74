//! Who may end a try, and what it means that one may not.

use jiff::Timestamp;

use super::{CLOCK_SKEW, Claim, Record, Status, claim};

/// Until when a try that is stopped at `deadline` holds its lease: a worker whose clock is ahead must not see the
/// lease end while this one still runs.
#[must_use]
pub fn lease_until(deadline: Timestamp) -> Timestamp {
    deadline.saturating_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX)
}

/// May `owner` complete, release or set aside this record? The guard of every write after a claim: a worker that
/// lost its lease must never overwrite its successor.
#[must_use]
pub fn owns(record: &Record, owner: &str) -> bool {
    record.owner == owner && record.status == Status::InProgress
}

/// Why a completion was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The try had completed it itself: the first answer was lost on the wire, and the SDK asked again.
    OwnCompletion,
    /// Another try completed it.
    AlreadyDone,
    /// Another try has it, or had it last; come back then.
    InFlight {
        /// When its lease ends.
        until: Timestamp,
    },
}

/// Reads from what the table holds why a completion by `owner` at `now` was refused.
#[must_use]
pub fn refusal(there: &Record, now: Timestamp, owner: &str) -> Refusal {
    if there.status == Status::Completed && there.owner == owner {
        return Refusal::OwnCompletion;
    }
    match claim(Some(there), now, owner) {
        Claim::AlreadyDone => Refusal::AlreadyDone,
        Claim::InFlight { until } => Refusal::InFlight { until },
        // The lease was lost, and its next owner has let go of the event as well: it is to be claimed anew.
        Claim::Acquired => Refusal::InFlight { until: now },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn record(status: Status) -> Record {
        Record {
            status,
            owner: "first".into(),
            lease_until: at(100),
            attempts: 1,
            expires: at(1000),
            first_failed: None,
            last_error: None,
        }
    }

    #[test]
    fn a_lease_outlives_its_deadline_by_the_clock_skew() {
        assert_eq!(lease_until(at(10)), at(10) + CLOCK_SKEW);
        assert_eq!(lease_until(Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn only_what_is_in_progress_is_owned_and_only_by_its_token() {
        let owned = |status, owner| owns(&record(status), owner);
        assert!(owned(Status::InProgress, "first"));
        assert!(!owned(Status::InProgress, "second"));
        assert!(!owned(Status::Completed, "first"));
        assert!(!owned(Status::Failed, "first"));
    }

    #[test]
    fn a_refused_completion_tells_ones_own_from_anothers() {
        let refused = |status, now, owner| refusal(&record(status), at(now), owner);
        assert_eq!(refused(Status::Completed, 1, "first"), Refusal::OwnCompletion);
        assert_eq!(refused(Status::Completed, 1, "second"), Refusal::AlreadyDone);
        let until = at(100);
        assert_eq!(
            refused(Status::InProgress, 1, "second"),
            Refusal::InFlight { until }
        );
        let until = at(200);
        assert_eq!(refused(Status::Failed, 200, "first"), Refusal::InFlight { until });
    }
}
