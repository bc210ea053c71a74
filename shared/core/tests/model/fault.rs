//! Deliberate faults of the protocol, and the property that each of them breaks.

use crate::{
    properties::Rule,
    system::{Guarantee, System},
};

/// One rule of the protocol left out or turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A completion is conditional on the record being in progress, and not on whose it is.
    CompleteWithoutOwner,
    /// A completion has no condition at all.
    CompleteUnconditionally,
    /// A release is conditional on the record being in progress, and not on whose it is.
    ReleaseWithoutOwner,
    /// A setting aside is conditional on the record being in progress, and not on whose it is.
    SetAsideWithoutOwner,
    /// The claim marks the event as done, as libraries do that keep seen ids.
    MarkBeforeHandling,
    /// A claim takes what is in progress.
    NoLease,
    /// The lease ends before its worker's deadline.
    LeaseTooShort,
    /// The lease ends at its worker's deadline, with nothing for the clocks.
    LeaseWithoutSkew,
    /// A worker that was not stopped at its deadline begins the effect after it.
    BeginAfterDeadline,
    /// The lease of a handler that was stopped ends at once.
    StoppedLeaseEnds,
    /// A lapsed lease is not taken over.
    LeasesNeverEnd,
    /// An event in another's hands is acknowledged.
    AcknowledgeInFlight,
    /// A message is acknowledged whose letter the dead-letter queue did not take.
    AcknowledgeWithoutLetter,
    /// A worker whose completion is refused for its lost lease takes its event as done.
    CompleteAfterLostLease,
    /// The record's key is the message's id, not the event's.
    KeyByMessage,
    /// A claim takes what is completed.
    ReopenCompleted,
    /// What was set aside is taken as done.
    FailedIsDone,
    /// A claim whose answer was lost meets its own record as another's.
    OwnClaimIsAnothers,
    /// A release does not say what went wrong.
    ReleaseWithoutCause,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::CompleteWithoutOwner,
        Self::CompleteUnconditionally,
        Self::ReleaseWithoutOwner,
        Self::SetAsideWithoutOwner,
        Self::MarkBeforeHandling,
        Self::NoLease,
        Self::LeaseTooShort,
        Self::LeaseWithoutSkew,
        Self::BeginAfterDeadline,
        Self::StoppedLeaseEnds,
        Self::LeasesNeverEnd,
        Self::AcknowledgeInFlight,
        Self::AcknowledgeWithoutLetter,
        Self::CompleteAfterLostLease,
        Self::KeyByMessage,
        Self::ReopenCompleted,
        Self::FailedIsDone,
        Self::OwnClaimIsAnothers,
        Self::ReleaseWithoutCause,
    ];

    /// The rule that tells it: what a team would see go wrong.
    pub fn told_by(self) -> Rule {
        match self {
            Self::CompleteWithoutOwner => Rule::OwnRecord,
            Self::ReopenCompleted => Rule::StaysCompleted,
            Self::BeginAfterDeadline
            | Self::StoppedLeaseEnds
            | Self::ReleaseWithoutOwner
            | Self::SetAsideWithoutOwner
            | Self::NoLease
            | Self::LeaseTooShort
            | Self::LeaseWithoutSkew => Rule::Exclusive,
            Self::MarkBeforeHandling
            | Self::AcknowledgeInFlight
            | Self::AcknowledgeWithoutLetter
            | Self::CompleteAfterLostLease
            | Self::FailedIsDone => Rule::NothingLost,
            Self::LeasesNeverEnd => Rule::NeverRunsOut,
            Self::KeyByMessage | Self::CompleteUnconditionally => Rule::EffectOnce,
            Self::OwnClaimIsAnothers => Rule::TurnedAwayByOthers,
            Self::ReleaseWithoutCause => Rule::ComesToAnEnd,
        }
    }

    /// Where it shows.
    pub fn shows_in(self) -> System {
        match (self, self.told_by()) {
            (_, Rule::NeverRunsOut) => System::patient(Guarantee::Leased),
            (_, Rule::ComesToAnEnd) => System::impatient(Guarantee::Leased),
            (_, Rule::EffectOnce) => System::twice(Guarantee::Transactional),
            (Self::FailedIsDone, _) => System::redriven(Guarantee::Leased),
            _ => System::twice(Guarantee::Leased),
        }
    }
}
