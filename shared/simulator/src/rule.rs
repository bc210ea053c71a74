//! What must hold, one rule each. Every violation names its rule, and every mutant the rule that it breaks.

use std::fmt;

/// A promise that a world is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// DynamoDB can read every request: none is answered with a `ValidationException`.
    RequestsAreValid,
    /// What is acknowledged is done or set aside, and so in the end is everything that was published.
    NothingIsLost,
    /// What is recorded as done has had its effect.
    DoneIsDone,
    /// A transactional effect is there once, and only with its record.
    EffectOnce,
    /// No leased effect begins in another worker's time.
    Exclusive,
    /// A record that is completed is not written again before it expires.
    StaysCompleted,
    /// Who looks at a dead letter finds its cause.
    DeadHasItsCause,
    /// What was set aside can be redriven.
    CanBeRedriven,
    /// An expired record blocks nothing.
    ExpiryFrees,
    /// Everything is settled in time.
    ComesToAnEnd,
    /// The events that an effect caused are in the outbox, and none without it.
    EventsWithTheirState,
    /// What is stated is published.
    StatedIsPublished,
    /// An aggregate's events go out in their order.
    OutInOrder,
    /// Histories are whole, and what moves between them is neither more nor less.
    HistoriesAreWhole,
    /// A request has its effect once, and one answer.
    OneAnswer,
    /// Commands for one aggregate take effect once, and in the order in which they were sent.
    CommandsInOrder,
    /// What follows a dead letter in its message group is not begun until the letter is done or dropped.
    WaitsBehindItsLetter,
    /// Nothing is in a dead-letter queue that was never tried.
    TriedBeforeDead,
    /// Who asks a command until he is answered is answered, and always the same.
    CommandsAreAnswered,
    /// The data of a large event is there, whole, for whoever has the event.
    LargeDataIsThere,
    /// Who reads a personal value reads what was said of that person, unless he is erased.
    PersonsAreRead,
    /// Nobody reads of a person who was erased, once what was unwrapped before is forgotten.
    ErasedIsGone,
    /// A view shows its aggregate's whole history, each event once.
    ViewsFollow,
    /// What a trace tells of an event is what happened; what was withheld is told as absent, and nothing else.
    TraceTellsTheTruth,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::RequestsAreValid,
        Self::NothingIsLost,
        Self::DoneIsDone,
        Self::EffectOnce,
        Self::Exclusive,
        Self::StaysCompleted,
        Self::DeadHasItsCause,
        Self::CanBeRedriven,
        Self::ExpiryFrees,
        Self::ComesToAnEnd,
        Self::EventsWithTheirState,
        Self::StatedIsPublished,
        Self::OutInOrder,
        Self::HistoriesAreWhole,
        Self::OneAnswer,
        Self::CommandsInOrder,
        Self::WaitsBehindItsLetter,
        Self::TriedBeforeDead,
        Self::CommandsAreAnswered,
        Self::LargeDataIsThere,
        Self::PersonsAreRead,
        Self::ErasedIsGone,
        Self::ViewsFollow,
        Self::TraceTellsTheTruth,
    ];
}

/// A rule that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.seen)
    }
}
