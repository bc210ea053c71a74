//! The idempotency table: conditional writes, by the rules of the real protocol.

use tidings_core::protocol::{Claim, Record, Refusal, Status, claim, owns, refusal};

use crate::{
    clock::{Ticks, at, ticks_to},
    fault::Fault,
    state::{Entry, Owner},
};

/// One request to the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Write {
    pub kind: Kind,
    pub owner: Owner,
    /// Which record.
    pub key: usize,
    /// The time in the request, on the clock of its worker.
    pub now: Ticks,
    /// The end of the lease, in a claim and a note.
    pub lease: Ticks,
}

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Lease the event.
    Claim,
    /// Claim and complete in one transaction with the effect.
    Commit,
    /// Complete what is leased.
    Complete,
    /// Keep what went wrong, and end the lease.
    Release,
    /// Keep what went wrong, and leave the lease to lapse.
    Note,
    /// Record that the letter is in the dead-letter queue.
    SetAside,
}

/// What the table answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The event, or the completion, is the try's own.
    Own,
    /// It is done by another.
    AlreadyDone,
    /// Another has it until then.
    InFlight(Ticks),
    /// The lease was lost; a release and a setting aside then have nothing more to do.
    NotOwned,
}

/// Applies a request to its record; says whether it wrote, and what it answers.
pub fn apply(fault: Option<Fault>, entry: &mut Option<Entry>, write: &Write) -> (bool, Answer) {
    let there = entry.as_ref().map(Entry::record);
    let (now, owner) = (at(write.now), token(write.owner));
    let (allowed, answer) = match write.kind {
        Kind::Claim => match may_claim(fault, there.as_ref(), write) {
            // Its own record is the try's already, as the refused write shows.
            Claim::Acquired if own_claim(there.as_ref(), write) => (false, Answer::Own),
            Claim::Acquired => (true, Answer::Own),
            Claim::AlreadyDone => (false, Answer::AlreadyDone),
            Claim::InFlight { until } => (false, Answer::InFlight(ticks_to(until))),
        },
        Kind::Commit | Kind::Complete => {
            if may_complete(fault, there.as_ref(), write) {
                (true, Answer::Own)
            } else {
                let answer = match refusal(there.as_ref().unwrap(), now, &owner) {
                    Refusal::OwnCompletion => Answer::Own,
                    Refusal::AlreadyDone => Answer::AlreadyDone,
                    Refusal::InFlight { .. } if fault == Some(Fault::CompleteAfterLostLease) => Answer::Own,
                    Refusal::InFlight { until } => Answer::InFlight(ticks_to(until)),
                };
                (false, answer)
            }
        }
        Kind::Release => ended(may_end(
            fault == Some(Fault::ReleaseWithoutOwner),
            there.as_ref(),
            &owner,
        )),
        Kind::Note => ended(may_end(false, there.as_ref(), &owner)),
        Kind::SetAside => ended(may_end(
            fault == Some(Fault::SetAsideWithoutOwner),
            there.as_ref(),
            &owner,
        )),
    };
    if allowed {
        *entry = Some(written(fault, entry.take(), write));
    }
    (allowed, answer)
}

fn ended(owned: bool) -> (bool, Answer) {
    (owned, if owned { Answer::Own } else { Answer::NotOwned })
}

/// The real claim, unless the fault is in it.
fn may_claim(fault: Option<Fault>, there: Option<&Record>, write: &Write) -> Claim {
    let (now, owner) = (at(write.now), token(write.owner));
    let decision = claim(there, now, &owner);
    let Some(record) = there.filter(|record| record.expires > now) else {
        return decision;
    };
    let until = record.lease_until;
    let own = record.owner == owner;
    match (fault, record.status) {
        (Some(Fault::NoLease), Status::InProgress) => Claim::Acquired,
        (Some(Fault::LeasesNeverEnd), Status::InProgress) if !own => Claim::InFlight { until },
        (Some(Fault::OwnClaimIsAnothers), Status::InProgress) if own && until > now => {
            Claim::InFlight { until }
        }
        (Some(Fault::ReopenCompleted), Status::Completed) => Claim::Acquired,
        (Some(Fault::FailedIsDone), Status::Failed) => Claim::AlreadyDone,
        _ => decision,
    }
}

/// An earlier request of this try has written the record.
fn own_claim(there: Option<&Record>, write: &Write) -> bool {
    let (now, owner) = (at(write.now), token(write.owner));
    there.is_some_and(|record| record.expires > now && record.lease_until > now && owns(record, &owner))
}

fn may_complete(fault: Option<Fault>, there: Option<&Record>, write: &Write) -> bool {
    if fault == Some(Fault::CompleteUnconditionally) {
        return true;
    }
    match write.kind {
        Kind::Commit => may_claim(fault, there, write) == Claim::Acquired,
        _ => may_end(
            fault == Some(Fault::CompleteWithoutOwner),
            there,
            &token(write.owner),
        ),
    }
}

/// The real ownership; by a fault, of anybody.
fn may_end(anybody: bool, there: Option<&Record>, owner: &str) -> bool {
    there.is_some_and(|record| owns(record, if anybody { &record.owner } else { owner }))
}

fn written(fault: Option<Fault>, before: Option<Entry>, write: &Write) -> Entry {
    let error = before.as_ref().is_some_and(|entry| entry.error);
    let fresh = Entry {
        status: Status::InProgress,
        owner: write.owner,
        lease: write.lease,
        expired: false,
        error,
    };
    let failed = Entry {
        lease: write.now,
        error: error || fault != Some(Fault::ReleaseWithoutCause),
        // A fault lets another write; the token in the record stays its owner's.
        owner: before.as_ref().map_or(write.owner, |entry| entry.owner),
        ..fresh.clone()
    };
    let marked = fault == Some(Fault::MarkBeforeHandling);
    match write.kind {
        Kind::Claim if !marked => fresh,
        Kind::Claim | Kind::Commit => fresh.with(Status::Completed),
        Kind::Complete => before.unwrap_or(fresh).with(Status::Completed),
        Kind::Release => failed,
        Kind::Note => Entry {
            lease: write.lease,
            ..failed
        },
        Kind::SetAside => failed.with(Status::Failed),
    }
}

impl Entry {
    fn with(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// As the real protocol sees it.
    fn record(&self) -> Record {
        Record {
            status: self.status,
            owner: token(self.owner),
            lease_until: at(self.lease),
            attempts: 1,
            expires: at(if self.expired { Ticks::MIN } else { Ticks::MAX }),
            first_failed: None,
            last_error: None,
        }
    }
}

fn token(owner: Owner) -> String {
    match owner {
        Owner::Try(worker) => worker.to_string(),
        Owner::Wire => "wire".to_owned(),
        Owner::Gone => "gone".to_owned(),
    }
}
