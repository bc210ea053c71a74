//! How an event stands with a consumer, by its record, its letter and the time.

use std::time::Duration;

use jiff::Timestamp;
use tidings_aws::idempotency::Trail;
use tidings_catalogue::{
    Document,
    document::{Consumer, Guarantee, Use},
};
use tidings_core::protocol::{RECORD_LIFETIME, Status};

use crate::{
    audit::AuditLog,
    ended::{Ended, Publication},
    found::{DeadLetter, FoundEvent},
};

/// What is known besides the record.
pub(super) struct Judge<'e> {
    pub(super) event: &'e FoundEvent,
    pub(super) publication: Publication,
    pub(super) guarantee: Guarantee,
    /// It writes the audit log, which is its record.
    pub(super) keeps_log: bool,
    pub(super) lag: Duration,
    pub(super) now: Timestamp,
}

impl Judge<'_> {
    pub(super) fn ended(&self, trail: Option<&Trail>, letter: Option<&DeadLetter>) -> Ended {
        match (trail, letter) {
            (Some(trail), _) if trail.status == Status::Completed => Ended::Done { at: trail.completed },
            _ if self.keeps_log && self.event.logged => Ended::Done { at: None },
            (_, Some(letter)) => Ended::SetAside {
                letter: Some(letter.id.clone()),
                since: letter.sent,
            },
            (Some(trail), None) => self.under_way(trail),
            (None, None) => self.unrecorded(),
        }
    }

    /// A record that is not completed, of what is in no dead-letter queue.
    fn under_way(&self, trail: &Trail) -> Ended {
        let natural = self.guarantee == Guarantee::Natural && !self.keeps_log;
        if trail.status == Status::Failed {
            // A redrive that succeeds leaves no record.
            return match natural {
                true => Ended::Unrecorded,
                false => Ended::SetAside {
                    letter: None,
                    since: None,
                },
            };
        }
        // The next try has begun where it was claimed since.
        let next = trail
            .next_try
            .filter(|next| trail.claimed.is_none_or(|claimed| claimed <= *next));
        // Its failures are recorded and its success is not: after a while it has come back, and was
        // done.
        let heard = [next, trail.lease_until, trail.claimed]
            .into_iter()
            .flatten()
            .max();
        let quiet = heard.and_then(|heard| between(heard, self.now));
        if natural && quiet.is_some_and(|quiet| quiet > self.lag) {
            return Ended::Unrecorded;
        }
        match (next, trail.lease_until) {
            (Some(_), _) => Ended::TriedAgain { next },
            (None, Some(until)) if until > self.now => Ended::InProgress { until },
            (None, _) if trail.last_error.is_some() => Ended::TriedAgain { next: None },
            (None, _) => Ended::Unheard,
        }
    }

    fn unrecorded(&self) -> Ended {
        if let Publication::Pending { .. } = self.publication {
            return Ended::NotPublished;
        }
        if self.guarantee == Guarantee::Natural && !self.keeps_log {
            return Ended::Unrecorded;
        }
        let Some(out) = self.out() else {
            return Ended::Awaited;
        };
        if between(out, self.now).is_some_and(|age| age > RECORD_LIFETIME) && !self.keeps_log {
            return Ended::Forgotten;
        }
        match out.checked_add(self.lag) {
            Ok(since) if since < self.now => Ended::Absent { since },
            _ => Ended::Awaited,
        }
    }

    /// Since when it is out: as its store says, as another's queue says, or since it was stated.
    fn out(&self) -> Option<Timestamp> {
        let published = self.event.published;
        let sent = || self.event.trails.iter().filter_map(|trail| trail.sent).min();
        let stated = || self.event.envelope.as_ref().and_then(|envelope| envelope.time);
        published.or_else(sent).or_else(stated)
    }
}

/// Whether a consumer writes the audit log.
pub(super) fn keeps_log(document: &Document, consumer: &Consumer) -> bool {
    let Some(log) = AuditLog::among(&document.tables) else {
        return false;
    };
    consumer.uses.iter().any(|one| match one {
        Use::Table { table, .. } => *table == log.name,
        Use::Other(other) => other["table"] == log.name.as_str(),
        _ => false,
    }) && consumer.takes.is_wildcard()
}

/// How long after `from` is `to`; none where clocks disagree.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Option<Duration> {
    Duration::try_from(to.duration_since(from)).ok()
}
