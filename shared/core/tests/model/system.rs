//! The system as stateright explores it.

use stateright::{Model, Property};

use crate::{action::Action, clock::Ticks, fault::Fault, properties::properties, state::State};

/// The guarantee of the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// Effect and record in one write.
    Transactional,
    /// An effect outside, under a lease.
    Leased,
}

/// What is checked.
#[derive(Debug, Clone)]
pub struct System {
    pub guarantee: Guarantee,
    /// The clocks of the workers: how far each is ahead. One run for each of these.
    pub clocks: Vec<Vec<Ticks>>,
    /// The topic may send the event a second time.
    pub duplicate: bool,
    /// What was set aside may be redriven, once.
    pub redrive: bool,
    /// How many things may go wrong.
    pub mishaps: u8,
    /// `maxReceiveCount` of the queue; `None` has no redrive policy and so fewer states.
    pub receives: Option<u8>,
    /// There are as many faults as receives, so that a message may run out of them.
    pub impatient: bool,
    /// How often the record may expire.
    pub expiries: u8,
    /// What is wrong with the protocol.
    pub fault: Option<Fault>,
}

impl System {
    /// Which record a message's event has.
    pub fn key(&self, message: usize) -> usize {
        if self.fault == Some(Fault::KeyByMessage) {
            message
        } else {
            0
        }
    }
}

impl Model for System {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let start = |clocks: &Vec<Ticks>| State::new(clocks, self.mishaps, self.expiries);
        self.clocks.iter().map(start).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        state.seen.moment = None;
        match action {
            Action::Ask { worker }
            | Action::LoseAnswer { worker }
            | Action::LeaveOnWire { worker }
            | Action::GiveUp { worker }
            | Action::Begin { worker }
            | Action::TooLate { worker }
            | Action::Finish { worker, .. }
            | Action::Stop { worker, .. }
            | Action::SendLetter { worker }
            | Action::RefuseLetter { worker }
            | Action::Respond { worker }
            | Action::Die { worker }
            | Action::DieAsking { worker }
            | Action::Overrun { worker } => self.work(&mut state, worker, action),
            _ => self.world(&mut state, action),
        }
        if action.is_mishap() {
            state.mishaps -= 1;
        }
        state.forget();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties()
    }
}
