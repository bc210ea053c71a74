//! What the world of one event at one consumer looks like: its messages, its workers and its record.

use tidings_core::protocol::Status;

use crate::{
    clock::Ticks,
    seen::{Moment, Seen},
    stage::Worker,
    table::Write,
};

/// The messages of the event: as first sent, sent again by the topic, and redriven with a new id.
pub const MESSAGES: usize = 3;
/// The message that a redrive sends.
pub const REDRIVEN: usize = 2;

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The table. The event has one record, the first; only a protocol that keys by message has more.
    pub records: [Option<Entry>; MESSAGES],
    pub messages: [Message; MESSAGES],
    /// Letters that workers sent to the dead-letter queue; each carries its reason.
    pub letters: u8,
    pub workers: Vec<Worker>,
    /// A copy of a request that its worker gave up waiting for, still on its way to the table.
    pub wire: Option<Write>,
    /// How many more things may go wrong.
    pub mishaps: u8,
    /// How many more times the record may expire.
    pub expiries: u8,
    pub seen: Seen,
}

/// The record, as far as the protocol looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub status: Status,
    pub owner: Owner,
    /// When the lease ends, on the clock of the worker that wrote it.
    pub lease: Ticks,
    pub expired: bool,
    /// A failed try has said why.
    pub error: bool,
}

/// Whose token it is. A token is new for every try, so all that matters of it is which others it equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The try that this worker is at.
    Try(usize),
    /// A try that is over, but for its request on the wire.
    Wire,
    /// A try that is over.
    Gone,
}

/// One SQS message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Message {
    Unsent,
    Queued {
        hidden: Ticks,
        receives: u8,
    },
    Acknowledged,
    /// In the dead-letter queue by the redrive policy: it was received too often.
    RanOut,
}

impl State {
    /// The first message is in its queue, and nobody is at work.
    pub fn new(clocks: &[Ticks], mishaps: u8, expiries: u8) -> Self {
        let idle = |ahead: &Ticks| Worker::idle(*ahead);
        let sent = Message::Queued {
            hidden: 0,
            receives: 0,
        };
        Self {
            records: [None, None, None],
            messages: [sent, Message::Unsent, Message::Unsent],
            letters: 0,
            workers: clocks.iter().map(idle).collect(),
            wire: None,
            mishaps,
            expiries,
            seen: Seen::default(),
        }
    }

    /// The worker is done with its message, one way or another: its token is no living try's any more.
    pub fn retire(&mut self, worker: usize) {
        self.workers[worker] = Worker::idle(self.workers[worker].ahead);
        let on_wire = |write: &Write| write.owner == Owner::Try(worker);
        let to = if self.wire.as_ref().is_some_and(on_wire) {
            Owner::Wire
        } else {
            Owner::Gone
        };
        self.rename(Owner::Try(worker), to);
    }

    /// Gives a token another name wherever it stands.
    pub fn rename(&mut self, from: Owner, to: Owner) {
        let records = self.records.iter_mut().flatten().map(|record| &mut record.owner);
        let wire = self.wire.iter_mut().map(|write| &mut write.owner);
        let exclusive = self.seen.exclusive.iter_mut().map(|(owner, _)| owner);
        for owner in records
            .chain(wire)
            .chain(exclusive)
            .filter(|owner| **owner == from)
        {
            *owner = to;
        }
    }

    /// The effect came about: the first needs no excuse.
    pub fn effect(&mut self) {
        if std::mem::replace(&mut self.seen.effect, true) {
            self.seen.excuses -= 1;
            self.seen.moment = Some(Moment::Repeated);
        }
    }
}
