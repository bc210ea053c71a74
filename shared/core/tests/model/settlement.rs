//! What becomes of the message, by the real protocol.

use tidings_core::{
    backoff::Backoff,
    protocol::{Disposition, Outcome, settle},
};

use crate::{
    clock::{at, ticks_in},
    fault::Fault,
    properties::done,
    seen::Moment,
    stage::{Lease, Reason, Stage},
    state::{Message, REDRIVEN, State},
    system::System,
};

impl System {
    /// The try failed.
    pub fn fail(&self, state: &mut State, worker: usize, reason: Reason, lease: Lease) {
        self.dispose(state, worker, &Outcome::Failed(reason.failure()), lease);
    }

    /// The try is over: what is left to do for it? Of the backoff the shortest delay is taken: a message may
    /// wait in its queue as long as it likes.
    pub fn dispose(&self, state: &mut State, worker: usize, outcome: &Outcome, lease: Lease) {
        let now = at(state.workers[worker].ahead);
        let mut disposition = settle(outcome, 1, Backoff::DEFAULT, now, 0.0);
        if matches!(outcome, Outcome::InFlight { .. }) && self.fault == Some(Fault::AcknowledgeInFlight) {
            disposition = Disposition::Acknowledge;
        }
        let stopped_ends = self.fault == Some(Fault::StoppedLeaseEnds);
        state.workers[worker].stage = match (disposition, lease) {
            (Disposition::Acknowledge, _) => Stage::Responding { back: None },
            (Disposition::SetAside { .. }, _) => Stage::SendingLetter,
            (Disposition::Retry { after }, lease) => {
                let after = ticks_in(after);
                match lease {
                    Lease::None => Stage::Responding { back: Some(after) },
                    Lease::Lapses if !stopped_ends => Stage::Noting { after },
                    Lease::Ends | Lease::Lapses => Stage::Releasing { after },
                }
            }
        };
    }

    /// The worker answers for its message, and is free.
    pub fn respond(&self, state: &mut State, worker: usize, stage: &Stage) {
        let message = state.workers[worker].message;
        // A letter that was sent back is a message again.
        let sent_back = matches!(state.messages[REDRIVEN], Message::Queued { .. } | Message::RanOut);
        let set_aside = state.letters > 0 || (message != REDRIVEN && sent_back);
        if let Stage::Responding { back: None } = stage {
            state.seen.lost |= !done(state) && !set_aside;
        }
        match (&mut state.messages[message], stage) {
            (Message::Queued { hidden, .. }, Stage::Responding { back: Some(after) }) => *hidden = *after,
            (queued @ Message::Queued { .. }, _) => *queued = Message::Acknowledged,
            _ => {}
        }
        if message == REDRIVEN && done(state) {
            state.seen.moment = Some(Moment::RedrivenAndDone);
        }
        state.retire(worker);
    }
}
