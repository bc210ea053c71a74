//! What an observer remembers who sees the truth, and not only what is stored.

use crate::{clock::Ticks, state::Owner};

/// The observer's memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The effect came about.
    pub effect: bool,
    /// How many more times the effect may come about with an excuse, -1 where it came about without one.
    pub excuses: i8,
    /// Whose time it is, and how long: from a claim to its worker's deadline, unless its handler says that it is done
    /// or has failed.
    pub exclusive: Option<(Owner, Ticks)>,
    /// An effect began in another's exclusive time.
    pub intruded: bool,
    /// A completed record was changed before it expired.
    pub reopened: bool,
    /// A message was acknowledged whose event was neither done nor set aside.
    pub lost: bool,
    /// A try ended without a word in the table: its worker was killed, or the table did not answer.
    pub silent: bool,
    /// A try was turned away as if another one had what it had itself.
    pub turned_away_by_itself: bool,
    /// What has just happened.
    pub moment: Option<Moment>,
}

impl Seen {
    /// The time is nobody's any more, if it was this try's.
    pub fn give_up_time(&mut self, of: Owner) {
        self.exclusive = self.exclusive.filter(|(owner, _)| *owner != of);
    }
}

/// Something worth meeting; remembered for one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A completion was refused, because another try had the event.
    LateRefused,
    /// A lease that nobody ended was taken over.
    TakenOver,
    /// The effect came about again.
    Repeated,
    /// A second letter was sent.
    SetAsideAgain,
    /// A redriven message was acknowledged, its event done.
    RedrivenAndDone,
}

impl Moment {
    /// As a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::LateRefused => "a late completion meets its successor and is refused",
            Self::TakenOver => "a lapsed lease is taken over",
            Self::Repeated => "an effect is repeated, with an excuse",
            Self::SetAsideAgain => "an event is set aside a second time",
            Self::RedrivenAndDone => "a redriven event is done",
        }
    }
}
