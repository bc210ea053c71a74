//! What must hold in every state, and what must be met so that the check is about something.

use stateright::Property;
use tidings_core::protocol::Status;

use crate::{
    seen::Moment,
    stage::Stage,
    state::{Message, Owner, State},
    system::{Guarantee, System},
};

/// What a state can be asked.
type Condition = fn(&System, &State) -> bool;

/// One property of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What is completed is not touched before it expires.
    StaysCompleted,
    /// No message is acknowledged whose event is neither done nor set aside.
    NothingLost,
    /// No leased effect begins in the time of another worker that claimed it.
    Exclusive,
    /// While a worker is within its deadline, the record of what it claimed is its own.
    OwnRecord,
    /// The effect comes about once: always if transactional; if leased, but for a worker that was killed or late, or a
    /// completion that the table did not answer.
    EffectOnce,
    /// No message is received too often, with fewer faults than receives.
    NeverRunsOut,
    /// A worker is turned away by another's try, never by its own.
    TurnedAwayByOthers,
    /// When nothing is left to do, the event is done, or it is in the dead-letter queue with its cause.
    ComesToAnEnd,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::StaysCompleted,
        Self::NothingLost,
        Self::Exclusive,
        Self::OwnRecord,
        Self::EffectOnce,
        Self::NeverRunsOut,
        Self::TurnedAwayByOthers,
        Self::ComesToAnEnd,
    ];

    /// As a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::StaysCompleted => "a completed record stays so until it expires",
            Self::NothingLost => "a message is acknowledged only if its event is done or set aside",
            Self::Exclusive => "no leased effect begins in another worker's time",
            Self::OwnRecord => "a worker within its deadline has the record that it claimed",
            Self::EffectOnce => "the effect comes about once, unless its repetition is excused",
            Self::NeverRunsOut => "a message does not run out of receives",
            Self::TurnedAwayByOthers => "a try is turned away by another one, never by itself",
            Self::ComesToAnEnd => "at rest the event is done or set aside with its cause",
        }
    }

    fn holds(self) -> Condition {
        match self {
            Self::StaysCompleted => |_, state| !state.seen.reopened,
            Self::NothingLost => |_, state| !state.seen.lost,
            Self::Exclusive => |_, state| !state.seen.intruded,
            Self::OwnRecord => own_record,
            Self::EffectOnce => |_, state| state.seen.excuses >= 0,
            Self::NeverRunsOut => {
                |system, state| system.impatient || !state.messages.contains(&Message::RanOut)
            }
            Self::TurnedAwayByOthers => |_, state| !state.seen.turned_away_by_itself,
            Self::ComesToAnEnd => |_, state| !at_rest(state) || done(state) || set_aside_with_cause(state),
        }
    }
}

/// The properties of the model.
pub fn properties() -> Vec<Property<System>> {
    let rules = Rule::ALL.map(|rule| Property::always(rule.name(), rule.holds()));
    let met: [(Moment, Condition); 5] = [
        (Moment::LateRefused, |_, state| {
            state.seen.moment == Some(Moment::LateRefused)
        }),
        (Moment::TakenOver, |_, state| {
            state.seen.moment == Some(Moment::TakenOver)
        }),
        (Moment::Repeated, |_, state| {
            state.seen.moment == Some(Moment::Repeated)
        }),
        (Moment::SetAsideAgain, |_, state| {
            state.seen.moment == Some(Moment::SetAsideAgain)
        }),
        (Moment::RedrivenAndDone, |_, state| {
            state.seen.moment == Some(Moment::RedrivenAndDone)
        }),
    ];
    let met = met.map(|(moment, condition)| Property::sometimes(moment.name(), condition));
    rules.into_iter().chain(met).collect()
}

fn own_record(system: &System, state: &State) -> bool {
    let leased = system.guarantee == Guarantee::Leased;
    state.workers.iter().enumerate().all(|(worker, at)| {
        let entry = state.records[system.key(at.message)].as_ref();
        let own = entry.filter(|entry| entry.owner == Owner::Try(worker));
        let status = own.map(|entry| entry.status);
        match at.stage {
            _ if !leased || at.left <= 0 => true,
            Stage::Claimed | Stage::Performing => status == Some(Status::InProgress),
            // It may be completed already, and the answer lost.
            Stage::Completing => matches!(status, Some(Status::InProgress | Status::Completed)),
            _ => true,
        }
    })
}

/// The effect is there, and the table says so.
pub fn done(state: &State) -> bool {
    let completed = state
        .records
        .iter()
        .flatten()
        .any(|entry| entry.status == Status::Completed);
    state.seen.effect && completed
}

/// No message is queued, and no worker at work.
fn at_rest(state: &State) -> bool {
    let queued = |message: &Message| matches!(message, Message::Queued { .. });
    !state.messages.iter().any(queued) && state.workers.iter().all(|worker| worker.is_idle())
}

/// A letter says why. What the redrive policy took says it in the record, unless no try lived to write it.
fn set_aside_with_cause(state: &State) -> bool {
    let recorded = state.records.iter().flatten().any(|entry| entry.error);
    let ran_out = state.messages.contains(&Message::RanOut);
    state.letters > 0 || (ran_out && (recorded || state.seen.silent))
}
