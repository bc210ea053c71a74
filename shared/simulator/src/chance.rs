//! Chance, by a seed.

use std::sync::{Mutex, PoisonError};

use tidings_core::Entropy;

/// How likely each fault is (0 to 1).
#[derive(Debug, Clone, Copy)]
pub struct Odds {
    /// An event is published a second time.
    pub published_twice: f64,
    /// A deleted message comes once more.
    pub comes_again: f64,
    /// A worker dies while it handles a batch.
    pub crash: f64,
    /// A request to DynamoDB is lost before it arrives.
    pub request_lost: f64,
    /// The answer is lost on its way back; the SDK then repeats the request.
    pub answer_lost: f64,
    /// A request is held up on its way, and arrives when its sender has long given up.
    pub request_late: f64,
    /// The last request of a worker that dies arrives all the same, and late.
    pub last_words: f64,
    /// A write meets a transaction on an item of its own.
    pub conflict: f64,
    /// DynamoDB throttles a request.
    pub throttled: f64,
    /// A handler fails, and would succeed another time.
    pub transient: f64,
    /// A handler panics.
    pub panic: f64,
    /// A handler takes longer than its invocation may.
    pub slow: f64,
    /// An event that no handler can help.
    pub poison: f64,
    /// A command that no handler can help, or none until it was mended.
    pub troubled: f64,
    /// A dead letter cannot be sent, a message not postponed, a command or an answer not brought.
    pub queue_down: f64,
    /// In this world, the provider of the consumers that reach outside is down for a while.
    pub outage: f64,
    /// Large data cannot be kept or fetched, a person's key not unwrapped.
    pub store_down: f64,
    /// In this world, a person is erased.
    pub erased: f64,
    /// In this world, there are large events.
    pub large: f64,
    /// An event cannot be published.
    pub topic_down: f64,
    /// The stream loses the record of an outbox entry.
    pub stream_missed: f64,
    /// A dead letter is redriven, or a settled message comes back from somewhere, when everything seemed over.
    pub redriven: f64,
}

impl Odds {
    /// Everything goes wrong often.
    pub const ROUGH: Self = Self {
        published_twice: 0.2,
        comes_again: 0.05,
        crash: 0.08,
        request_lost: 0.04,
        answer_lost: 0.05,
        request_late: 0.02,
        last_words: 0.5,
        conflict: 0.04,
        throttled: 0.04,
        transient: 0.1,
        panic: 0.03,
        slow: 0.04,
        poison: 0.05,
        troubled: 0.1,
        queue_down: 0.1,
        outage: 0.3,
        store_down: 0.1,
        erased: 0.5,
        large: 0.2,
        topic_down: 0.1,
        stream_missed: 0.05,
        redriven: 0.5,
    };
}

/// Random numbers, the same for the same seed.
#[derive(Debug)]
pub struct Chance(Mutex<fastrand::Rng>);

impl Chance {
    /// By this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// Whether something of this likelihood happens.
    #[must_use]
    pub fn hits(&self, odds: f64) -> bool {
        self.unit() < odds
    }

    /// A number below `bound`.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        self.rng().u64(..bound.max(1))
    }

    fn rng(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entropy for Chance {
    fn bits(&self) -> u128 {
        self.rng().u128(..)
    }
}
