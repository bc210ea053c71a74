//! What happens outside the workers: in the queues, on the wire, in the table, and to time.

use tidings_core::protocol::Status;

use crate::{
    action::Action,
    clock::{HIDDEN, OVERRUN, RUN, Ticks},
    seen::Moment,
    stage::{Stage, Worker},
    state::{Message, Owner, REDRIVEN, State},
    system::System,
    table::{Answer, Kind, Write, apply},
};

impl System {
    /// A request reaches the table.
    pub fn arrive(&self, state: &mut State, write: &Write) -> Answer {
        let before = state.records[write.key].clone();
        let (wrote, answer) = apply(self.fault, &mut state.records[write.key], write);
        if let Some(before) = before {
            let kept = before.status == Status::Completed && !before.expired;
            state.seen.reopened |= wrote && kept && state.records[write.key].as_ref() != Some(&before);
            let others = before.status == Status::InProgress && before.owner != write.owner;
            state.seen.moment = match write.kind {
                Kind::Claim if wrote && others && !before.error => Some(Moment::TakenOver),
                Kind::Complete if !wrote && others => Some(Moment::LateRefused),
                _ => None,
            };
        }
        if let (Kind::Claim, true, Owner::Try(worker)) = (write.kind, wrote, write.owner)
            && let Worker {
                stage: Stage::Claiming(None),
                left: 1..,
                ..
            } = state.workers[worker]
        {
            // Who is granted another's time does not make it his own.
            let granted = (write.owner, state.workers[worker].left);
            state.seen.exclusive.get_or_insert(granted);
        }
        if wrote && write.kind == Kind::Complete {
            state.seen.give_up_time(write.owner);
        }
        if wrote && write.kind == Kind::Commit {
            state.effect();
        }
        answer
    }

    /// Something happens that no worker does.
    pub fn world(&self, state: &mut State, action: Action) {
        match action {
            Action::Duplicate => {
                state.messages[1] = Message::Queued {
                    hidden: 0,
                    receives: 0,
                }
            }
            Action::Deliver { worker, message } => {
                if let Message::Queued { hidden, receives } = &mut state.messages[message] {
                    (*hidden, *receives) = (HIDDEN, *receives + u8::from(self.receives.is_some()));
                }
                self.receive(state, worker, message);
            }
            Action::RunOut { message } => state.messages[message] = Message::RanOut,
            Action::Reappear { message } => {
                if let Message::Queued { hidden, .. } = &mut state.messages[message] {
                    *hidden = 0;
                }
            }
            Action::Arrive => {
                if let Some(write) = state.wire.take() {
                    self.arrive(state, &write);
                    state.rename(Owner::Wire, Owner::Gone);
                }
            }
            Action::Redrive => {
                if state.letters > 0 {
                    state.letters -= 1;
                } else if let Some(dead) = state.messages.iter_mut().find(|m| **m == Message::RanOut) {
                    *dead = Message::Acknowledged;
                }
                state.messages[REDRIVEN] = Message::Queued {
                    hidden: 0,
                    receives: 0,
                };
            }
            Action::Expire => {
                for entry in state.records.iter_mut().flatten() {
                    entry.expired = true;
                }
                state.expiries -= 1;
                state.seen.excuses += 1;
                state.seen.exclusive = None;
            }
            Action::Tick => state.tick(),
            _ => {}
        }
    }
}

impl State {
    /// One tick later.
    fn tick(&mut self) {
        for message in &mut self.messages {
            if let Message::Queued { hidden, .. } = message {
                *hidden = (*hidden - 1).max(0);
            }
        }
        for worker in self.workers.iter_mut().filter(|worker| !worker.is_idle()) {
            worker.left -= 1;
        }
        for entry in self.records.iter_mut().flatten() {
            entry.lease -= 1;
        }
        if let Some(write) = &mut self.wire {
            write.now -= 1;
            write.lease -= Ticks::from(matches!(write.kind, Kind::Claim | Kind::Note));
        }
        // A connection does not live for ever: what is too late never arrives.
        if self
            .wire
            .as_ref()
            .is_some_and(|write| write.now < -(RUN + OVERRUN))
        {
            self.wire = None;
            self.rename(Owner::Wire, Owner::Gone);
        }
        let exclusive = self.seen.exclusive.map(|(owner, left)| (owner, left - 1));
        self.seen.exclusive = exclusive.filter(|(_, left)| *left > 0);
    }

    /// Forgets what can make no difference any more, so that equal futures are one state: how long ago a lease ended
    /// that is over for everybody, and the lease of what is not in progress.
    pub fn forget(&mut self) {
        let busy = self.workers.iter().filter(|worker| !worker.is_idle());
        let begun = busy.map(|worker| worker.left - RUN + worker.ahead);
        let oldest = begun
            .chain(self.wire.iter().map(|write| write.now))
            .min()
            .unwrap_or(0)
            .min(0);
        for entry in self.records.iter_mut().flatten() {
            let counts = entry.status == Status::InProgress && !entry.expired;
            entry.lease = if counts { entry.lease.max(oldest - 1) } else { 0 };
        }
    }
}
