//! What a worker does with its message: the runtime's way through claim, effect and completion.

use tidings_core::protocol::{Outcome, Status, lease_until};

use crate::{
    action::Action,
    clock::{RUN, Ticks, at, ticks_to},
    fault::Fault,
    seen::Moment,
    stage::{Lease, Reason, Stage},
    state::{Owner, State},
    system::{Guarantee, System},
    table::{Answer, Kind, Write},
};

impl System {
    /// A worker takes a message.
    pub fn receive(&self, state: &mut State, worker: usize, message: usize) {
        let at = &mut state.workers[worker];
        (at.message, at.left) = (message, RUN);
        at.stage = match self.guarantee {
            Guarantee::Leased => Stage::Claiming(None),
            Guarantee::Transactional => Stage::Deciding,
        };
    }

    /// A worker takes one step.
    pub fn work(&self, state: &mut State, worker: usize, action: Action) {
        let stage = state.workers[worker].stage.clone();
        let leased = self.guarantee == Guarantee::Leased;
        match action {
            Action::Ask { .. } => {
                let answer = self.ask(state, worker);
                self.answered(state, worker, &stage, answer);
            }
            Action::LoseAnswer { .. } => {
                self.ask(state, worker);
            }
            Action::LeaveOnWire { .. } => state.wire = Some(self.request(state, worker)),
            Action::GiveUp { .. } => self.give_up(state, worker, &stage),
            Action::Begin { .. } => {
                let others = |(owner, _)| owner != Owner::Try(worker);
                state.seen.intruded |= state.seen.exclusive.is_some_and(others);
                state.workers[worker].stage = Stage::Performing;
            }
            Action::TooLate { .. } => self.fail(state, worker, Reason::Transient, Lease::Ends),
            Action::Finish { failed: None, .. } => {
                if leased {
                    state.effect();
                }
                state.workers[worker].stage = Stage::Completing;
                if leased && self.fault == Some(Fault::MarkBeforeHandling) {
                    self.dispose(state, worker, &Outcome::Done, Lease::None);
                }
            }
            Action::Finish {
                failed: Some(reason), ..
            } if leased => {
                state.seen.give_up_time(Owner::Try(worker));
                self.fail(state, worker, reason, Lease::Ends);
            }
            Action::Stop { effect, .. } => {
                if effect {
                    state.seen.excuses += 1;
                    state.effect();
                }
                self.fail(state, worker, Reason::Transient, Lease::Lapses);
            }
            Action::Finish { failed, .. } => state.workers[worker].stage = Stage::Claiming(failed),
            Action::SendLetter { .. } => {
                state.seen.moment = (state.letters > 0).then_some(Moment::SetAsideAgain);
                state.letters = (state.letters + 1).min(MOST_LETTERS);
                state.workers[worker].stage = Stage::SettingAside;
            }
            Action::RefuseLetter { .. } if self.fault == Some(Fault::AcknowledgeWithoutLetter) => {
                state.workers[worker].stage = Stage::Responding { back: None };
            }
            Action::RefuseLetter { .. } => self.fail(state, worker, Reason::Transient, Lease::Ends),
            Action::Respond { .. } => self.respond(state, worker, &stage),
            Action::Die { .. } => self.die(state, worker, &stage),
            Action::DieAsking { .. } => {
                state.wire = Some(self.request(state, worker));
                self.die(state, worker, &stage);
            }
            Action::Overrun { .. } => {
                if leased {
                    state.seen.excuses += 1;
                }
                state.workers[worker].overrun = true;
            }
            _ => {}
        }
    }

    fn ask(&self, state: &mut State, worker: usize) -> Answer {
        let write = self.request(state, worker);
        self.arrive(state, &write)
    }

    /// The table has answered.
    pub fn answered(&self, state: &mut State, worker: usize, stage: &Stage, answer: Answer) {
        let outcome = match answer {
            Answer::AlreadyDone => Outcome::Done,
            Answer::InFlight(until) => {
                let entry = state.records[self.key(state.workers[worker].message)].as_ref();
                state.seen.turned_away_by_itself |= entry.is_some_and(|entry| {
                    entry.owner == Owner::Try(worker) && entry.status == Status::InProgress
                });
                Outcome::InFlight { until: at(until) }
            }
            Answer::Own | Answer::NotOwned => match stage {
                Stage::Claiming(None) => return state.workers[worker].stage = Stage::Claimed,
                Stage::Claiming(Some(reason)) => return self.fail(state, worker, *reason, Lease::Ends),
                Stage::Releasing { after } | Stage::Noting { after } => {
                    return state.workers[worker].stage = Stage::Responding { back: Some(*after) };
                }
                Stage::SettingAside => return state.workers[worker].stage = Stage::Responding { back: None },
                _ => Outcome::Done,
            },
        };
        self.dispose(state, worker, &outcome, Lease::None);
    }

    /// The table did not answer, and the SDK has stopped to ask.
    fn give_up(&self, state: &mut State, worker: usize, stage: &Stage) {
        state.seen.silent |= self.impatient;
        match stage {
            // Perhaps it is done: nothing is set aside before the table has said that it is not.
            Stage::Claiming(_) => self.fail(state, worker, Reason::Transient, Lease::None),
            Stage::Completing if self.guarantee == Guarantee::Leased => {
                if !self.completed_by(state, worker) {
                    state.seen.excuses += 1;
                }
                self.fail(state, worker, Reason::Transient, Lease::Lapses);
            }
            Stage::Completing => state.workers[worker].stage = Stage::Claiming(Some(Reason::Transient)),
            // The lease ends by itself, and the letter is sent.
            _ => self.answered(state, worker, stage, Answer::NotOwned),
        }
    }

    fn die(&self, state: &mut State, worker: usize, stage: &Stage) {
        let leased = self.guarantee == Guarantee::Leased;
        if leased && *stage == Stage::Completing && !self.completed_by(state, worker) {
            state.seen.excuses += 1;
        }
        state.seen.silent |= self.impatient;
        state.retire(worker);
    }

    fn completed_by(&self, state: &State, worker: usize) -> bool {
        let entry = state.records[self.key(state.workers[worker].message)].as_ref();
        entry.is_some_and(|entry| entry.owner == Owner::Try(worker) && entry.status == Status::Completed)
    }

    fn lease_until(&self, deadline: Ticks) -> Ticks {
        match self.fault {
            Some(Fault::LeaseTooShort) => deadline - 1,
            Some(Fault::LeaseWithoutSkew) => deadline,
            _ => ticks_to(lease_until(at(deadline))),
        }
    }

    /// The request that a worker is making.
    fn request(&self, state: &State, worker: usize) -> Write {
        let at = &state.workers[worker];
        let begun = at.left - RUN + at.ahead;
        let (kind, now) = match at.stage {
            Stage::Claiming(_) => (Kind::Claim, begun),
            Stage::Releasing { .. } => (Kind::Release, at.ahead),
            Stage::Noting { .. } => (Kind::Note, at.ahead),
            Stage::SettingAside => (Kind::SetAside, at.ahead),
            _ if self.guarantee == Guarantee::Leased => (Kind::Complete, at.ahead),
            _ => (Kind::Commit, at.ahead),
        };
        Write {
            kind,
            owner: Owner::Try(worker),
            key: self.key(at.message),
            now,
            lease: match kind {
                Kind::Claim | Kind::Note => self.lease_until(at.left + at.ahead),
                _ => 0,
            },
        }
    }
}

/// Letters that are counted; one more changes nothing.
const MOST_LETTERS: u8 = 2;
