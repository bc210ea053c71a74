//! May this delivery run?

use jiff::Timestamp;

use super::{Record, Status};

/// The answer to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The claimant runs it.
    Acquired,
    /// It is done; acknowledge the message.
    AlreadyDone,
    /// Another worker runs it; come back when its lease ends.
    InFlight {
        /// When that is.
        until: Timestamp,
    },
}

/// Decides a claim by `owner` at `now`, given what the table holds.
///
/// A record in progress under the claimant's own token is the claimant's: the answer to its first request was
/// lost on the wire, and the SDK's retry met what that request had written.
#[must_use]
pub fn claim(record: Option<&Record>, now: Timestamp, owner: &str) -> Claim {
    let Some(record) = record.filter(|record| record.expires > now) else {
        return Claim::Acquired;
    };
    match record.status {
        Status::Completed => Claim::AlreadyDone,
        Status::Failed => Claim::Acquired,
        Status::InProgress if record.owner == owner || record.lease_until <= now => Claim::Acquired,
        Status::InProgress => Claim::InFlight {
            until: record.lease_until,
        },
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
    fn an_event_without_a_record_is_acquired() {
        assert_eq!(claim(None, at(0), "me"), Claim::Acquired);
    }

    #[test]
    fn a_lease_holds_to_its_end_and_not_longer() {
        let record = record(Status::InProgress);
        assert_eq!(
            claim(Some(&record), at(99), "me"),
            Claim::InFlight { until: at(100) }
        );
        assert_eq!(claim(Some(&record), at(100), "me"), Claim::Acquired);
    }

    #[test]
    fn a_claim_whose_answer_was_lost_meets_itself_and_is_acquired() {
        assert_eq!(
            claim(Some(&record(Status::InProgress)), at(50), "first"),
            Claim::Acquired
        );
    }

    #[test]
    fn what_is_completed_stays_so_until_it_expires_though_ttl_has_not_deleted_it() {
        assert_eq!(
            claim(Some(&record(Status::Completed)), at(999), "me"),
            Claim::AlreadyDone
        );
        assert_eq!(
            claim(Some(&record(Status::Completed)), at(999), "first"),
            Claim::AlreadyDone
        );
        assert_eq!(
            claim(Some(&record(Status::Completed)), at(1000), "me"),
            Claim::Acquired
        );
    }

    #[test]
    fn what_failed_can_be_claimed_by_a_redrive() {
        assert_eq!(claim(Some(&record(Status::Failed)), at(1), "me"), Claim::Acquired);
    }
}
