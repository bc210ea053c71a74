//! A flow: a request, the events that follow from it, and what became of each at every consumer.

use std::time::Duration;

use jiff::Timestamp;
use tidings_aws::{Handled, observe::Verdict};

/// As much of a reason as is kept: bodies and stack traces are for `tidings dlq`.
const REASON: usize = 300;

/// A request that changes something, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The HTTP method.
    pub method: String,
    /// The path, as it was asked for.
    pub path: String,
    /// The function that answered.
    pub function: String,
    /// The status of the answer.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The trace that the request belongs to (W3C Trace Context): its events are in it too.
    pub trace: Option<String>,
    /// Why it was refused, where it was.
    pub refused: Option<String>,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Its number: later flows have greater ones.
    pub number: u64,
    /// When it began.
    pub began: Timestamp,
    /// The request; none where something else has caused the events, or the request is still at work.
    pub asked: Option<Asked>,
    /// What its events have in common.
    pub correlation: Option<String>,
    /// Its events, in the order in which they were published.
    pub events: Vec<Happened>,
    /// How many more there are, that are not kept.
    pub more: usize,
}

/// An event of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its key (`source#id`).
    pub key: String,
    /// Its id.
    pub id: String,
    /// Its type.
    pub event_type: String,
    /// What it is about.
    pub subject: Option<String>,
    /// When it was published.
    pub at: Timestamp,
    /// The event that has caused it.
    pub cause: Option<String>,
    /// What became of it at each consumer that takes it, in the order of the catalogue.
    pub deliveries: Vec<Delivery>,
}

/// What became of an event at a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The consumer.
    pub consumer: String,
    /// How it stands.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// How long the last try took.
    pub took: Option<Duration>,
    /// Why it is not done.
    pub reason: Option<String>,
    /// When it comes back.
    pub back: Option<Timestamp>,
    /// How often it came again when it was done.
    pub duplicates: u32,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is in the dead-letter queue.
    Dead,
    /// It failed, and comes back.
    Retrying,
    /// Its consumer pauses: the provider is down.
    Paused,
    /// It is being worked on.
    Working,
    /// It is in its queue.
    Waiting,
    /// It is done.
    Done,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Done => "done",
            Self::Retrying => "retrying",
            Self::Paused => "paused",
            Self::Dead => "dead letter",
        }
    }
}

impl Delivery {
    pub(super) fn waiting(consumer: String) -> Self {
        Self {
            consumer,
            state: State::Waiting,
            attempts: 0,
            took: None,
            reason: None,
            back: None,
            duplicates: 0,
        }
    }

    /// It has ended so.
    pub(super) fn end(&mut self, handled: &Handled<'_>, back: Option<Timestamp>) {
        let state = match handled.verdict {
            Verdict::Done => State::Done,
            Verdict::Duplicate => {
                self.duplicates += 1;
                State::Done
            }
            // Another worker has it: what that one does says more.
            Verdict::InFlight => return,
            Verdict::Paused => State::Paused,
            Verdict::Failed => State::Retrying,
            Verdict::SetAside => State::Dead,
        };
        self.state = state;
        self.attempts = self.attempts.max(handled.attempt);
        if handled.verdict != Verdict::Duplicate {
            self.took = Some(handled.elapsed);
        }
        self.reason = handled.reason.map(cut);
        self.back = back;
    }
}

impl Flow {
    /// How many deliveries stand so.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        let deliveries = self.events.iter().flat_map(|event| &event.deliveries);
        deliveries.filter(|delivery| delivery.state == state).count()
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(REASON) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
