//! What can happen in a state.

use crate::{
    action::Action,
    clock::OVERRUN,
    fault::Fault,
    stage::{Reason, Stage, Worker},
    state::{MESSAGES, Message, REDRIVEN, State},
    system::System,
};

impl System {
    /// Everything that can happen next.
    pub fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        if self.duplicate && state.messages[1] == Message::Unsent {
            actions.push(Action::Duplicate);
        }
        for message in 0..MESSAGES {
            self.message_actions(state, message, actions);
        }
        for worker in 0..state.workers.len() {
            self.worker_actions(state, worker, actions);
        }
        if state.wire.is_some() {
            actions.push(Action::Arrive);
        }
        let dead = state.letters > 0 || state.messages.contains(&Message::RanOut);
        if self.redrive && dead && state.messages[REDRIVEN] == Message::Unsent {
            actions.push(Action::Redrive);
        }
        // A record outlives every try by far.
        let idle = state.workers.iter().all(|worker| worker.is_idle()) && state.wire.is_none();
        if state.expiries > 0 && idle && state.records.iter().flatten().any(|entry| !entry.expired) {
            actions.push(Action::Expire);
        }
        // Somebody who does not stop at the deadline is a fault, and an action of its own.
        let stopped = |worker: &Worker| {
            worker.is_idle() || worker.left > 1 || (worker.overrun && worker.left > -OVERRUN)
        };
        if state.workers.iter().all(stopped) {
            actions.push(Action::Tick);
        }
    }

    fn worker_actions(&self, state: &State, worker: usize, actions: &mut Vec<Action>) {
        let (at, mishap) = (&state.workers[worker], state.mishaps > 0);
        let finish = |failed| Action::Finish { worker, failed };
        match at.stage {
            Stage::Idle => return,
            // A handler is begun before the deadline or not at all.
            Stage::Claimed if at.left > 0 || self.fault == Some(Fault::BeginAfterDeadline) => {
                actions.push(Action::Begin { worker });
            }
            Stage::Claimed => actions.push(Action::TooLate { worker }),
            Stage::Performing | Stage::Deciding => {
                actions.extend([finish(None), finish(Some(Reason::Permanent))]);
                if mishap {
                    actions.push(finish(Some(Reason::Transient)));
                }
            }
            Stage::SendingLetter => {
                actions.push(Action::SendLetter { worker });
                if mishap {
                    actions.push(Action::RefuseLetter { worker });
                }
            }
            Stage::Responding { .. } => actions.push(Action::Respond { worker }),
            Stage::Claiming(_)
            | Stage::Completing
            | Stage::Releasing { .. }
            | Stage::Noting { .. }
            | Stage::SettingAside => {
                actions.push(Action::Ask { worker });
                if mishap {
                    actions.extend([Action::LoseAnswer { worker }, Action::GiveUp { worker }]);
                    if state.wire.is_none() {
                        actions.extend([Action::LeaveOnWire { worker }, Action::DieAsking { worker }]);
                    }
                }
            }
        }
        if mishap && at.stage == Stage::Performing && at.left <= 1 {
            actions.extend([true, false].map(|effect| Action::Stop { worker, effect }));
        }
        if mishap {
            actions.push(Action::Die { worker });
            if at.left == 1 && !at.overrun {
                actions.push(Action::Overrun { worker });
            }
        }
    }

    fn message_actions(&self, state: &State, message: usize, actions: &mut Vec<Action>) {
        let Message::Queued { hidden, receives } = state.messages[message] else {
            return;
        };
        if hidden > 0 {
            if state.mishaps > 0 {
                actions.push(Action::Reappear { message });
            }
            return;
        }
        if Some(receives) == self.receives {
            actions.push(Action::RunOut { message });
            return;
        }
        // Idle workers of one clock are alike: the first of them receives.
        let idle = |worker: &usize| state.workers[*worker].is_idle();
        let alike = |worker: usize| {
            (0..worker)
                .filter(idle)
                .any(|w| state.workers[w] == state.workers[worker])
        };
        let workers = (0..state.workers.len())
            .filter(idle)
            .filter(|worker| !alike(*worker));
        actions.extend(workers.map(|worker| Action::Deliver { worker, message }));
    }
}
