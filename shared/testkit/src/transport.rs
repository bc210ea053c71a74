//! The queue and the dead-letter queue of one worker, and what its runtime tells: all kept, for a test to look at.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tidings_aws::{Handled, Observe, observe::Verdict};
use tidings_core::{
    Envelope,
    ports::{DeadLetter, DeadLetters, Postpone, Replied, Reply, TransportError},
};

#[derive(Debug, Default)]
pub(crate) struct Transport {
    pub(crate) dead_letters_down: AtomicBool,
    pub(crate) replies_down: AtomicBool,
    seen: Mutex<Seen>,
}

/// What has been seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Receipt handles, and for how long their messages are hidden.
    pub(crate) postponed: Vec<(String, Duration)>,
    pub(crate) letters: Vec<DeadLetter>,
    pub(crate) told: Vec<Told>,
    /// Reply queues, and what was sent to them.
    pub(crate) answers: Vec<(String, Envelope)>,
}

/// What the runtime told of one message.
#[derive(Debug)]
pub(crate) struct Told {
    /// The event's key, where the body is an event.
    pub(crate) event: Option<String>,
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<String>,
}

impl Transport {
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Postpone for Transport {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        self.seen().postponed.push((receipt_handle.to_owned(), delay));
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for Transport {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        if self.dead_letters_down.load(Ordering::Relaxed) {
            return Err(TransportError("the queue is down".to_owned()));
        }
        self.seen().letters.push(letter.clone());
        Ok(())
    }
}

#[async_trait]
impl Reply for Transport {
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError> {
        if self.replies_down.load(Ordering::Relaxed) {
            return Err(TransportError("the queue is down".to_owned()));
        }
        self.seen().answers.push((queue.to_owned(), answer.clone()));
        Ok(Replied::Sent)
    }
}

impl Observe for Transport {
    fn handled(&self, handled: &Handled<'_>) {
        self.seen().told.push(Told {
            event: handled.envelope.map(Envelope::key),
            verdict: handled.verdict,
            reason: handled.reason.map(ToOwned::to_owned),
        });
    }
}
