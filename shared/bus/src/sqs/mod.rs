//! SQS inside the process: its own protocol, so that whatever works on a queue through the SDK
//! works here as on AWS.
//!
//! Of the protocol it has what operators of dead-letter queues need (AWS: SQS API, JSON protocol):
//! `GetQueueUrl`, `GetQueueAttributes`, `ReceiveMessage`, `SendMessage`, `DeleteMessage`,
//! `ChangeMessageVisibility` and its batch. There is no `StartMessageMoveTask`.
//!
//! - A [`queue`] keeps messages by the rules of SQS: visibility, receive counts, groups,
//!   deduplication.
//! - [`Behind`] is what else happens with them: letters of a local run are kept in its data file,
//!   and what is sent to a consumer's queue is taken by the bus.
//! - The [`protocol`] is answered over any connection: [`EmbeddedSqs::client`] is the real SDK
//!   without a socket, a local run answers over HTTP.

mod connector;
mod protocol;
mod queue;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tidings_core::{Clock, Entropy, ports::TransportError};
use uuid::Uuid;

use queue::MessageQueue;
pub use queue::{QueueMessage, Sent};

/// The attribute of a queue that says until when its consumer pauses. A pause is the consumer's
/// process's own, so only a transport in that process knows it.
pub const PAUSED_UNTIL: &str = "PausedUntil";

/// Queues in memory, behind the protocol of SQS. Clones share them.
#[derive(Clone)]
pub struct EmbeddedSqs {
    queues: Arc<Mutex<BTreeMap<String, MessageQueue>>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What stands behind a queue.
pub trait Behind: Send + Sync {
    /// A message is being sent to the queue; whether it is to be kept there. Otherwise it has gone
    /// on.
    ///
    /// # Errors
    /// When it is not taken: who sends is told so.
    fn sent(&self, message: &QueueMessage) -> Result<bool, TransportError>;

    /// A message is being deleted from the queue.
    ///
    /// # Errors
    /// When it is not: it stays.
    fn deleted(&self, message: &QueueMessage) -> Result<(), TransportError>;

    /// A message that the queue does not keep itself is to be visible again after `delay`.
    ///
    /// # Errors
    /// When there is none of this receipt.
    fn shown(&self, receipt: &str, delay: Duration) -> Result<(), TransportError>;

    /// How many messages wait or are worked on that the queue does not keep itself.
    fn elsewhere(&self) -> usize;

    /// Until when the queue's consumer pauses, because its provider is down; none where it does
    /// not, or nobody knows. It is told by an attribute of the queue that SQS does not have
    /// ([`PAUSED_UNTIL`]).
    fn paused_until(&self) -> Option<Timestamp>;
}

/// Why the protocol refuses a request: its code, and what to do.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl EmbeddedSqs {
    /// No queue yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            queues: Arc::default(),
            clock,
            entropy,
        }
    }

    /// Makes a queue, empty, in place of one of its name; one whose name ends with `.fifo` is FIFO,
    /// as in SQS.
    pub fn create(&self, name: &str, visibility: Duration, retention: Duration) {
        self.add(MessageQueue::new(name, visibility, retention));
    }

    /// The same, with this behind it.
    pub fn create_before(
        &self,
        name: &str,
        visibility: Duration,
        retention: Duration,
        behind: Arc<dyn Behind>,
    ) {
        self.add(MessageQueue::new(name, visibility, retention).before(behind));
    }

    fn add(&self, queue: MessageQueue) {
        self.queues().insert(queue.name.clone(), queue);
    }

    /// Puts a message into a queue, past what stands behind it: as the redrive policy does, or who
    /// keeps messages elsewhere and brings them back. `false` means that there is no such queue.
    pub fn put(&self, name: &str, message: QueueMessage) -> bool {
        let mut queues = self.queues();
        let queue = queues.get_mut(name);
        queue.map(|queue| queue.put(message)).is_some()
    }

    /// The same of a text, now.
    pub fn put_text(
        &self,
        name: &str,
        body: impl Into<String>,
        group: Option<&str>,
        attributes: BTreeMap<String, String>,
    ) -> bool {
        let id = Uuid::from_u128(self.entropy.bits());
        let message = QueueMessage::new(id, body, self.clock.now(), group, attributes);
        self.put(name, message)
    }

    /// What is in a queue, hidden or not, in the order in which it came; nothing where there is
    /// none of the name.
    #[must_use]
    pub fn messages(&self, name: &str) -> Vec<QueueMessage> {
        let queues = self.queues();
        queues.get(name).map(MessageQueue::messages).unwrap_or_default()
    }

    fn with<T>(
        &self,
        name: &str,
        act: impl FnOnce(&mut MessageQueue, Timestamp) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let now = self.clock.now();
        let mut queues = self.queues();
        let missing = || {
            let code = "com.amazonaws.sqs#AWS.SimpleQueueService.NonExistentQueue";
            Refusal::new(code, format!("there is no queue {name}"))
        };
        act(queues.get_mut(name).ok_or_else(missing)?, now)
    }

    fn queues(&self) -> MutexGuard<'_, BTreeMap<String, MessageQueue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for EmbeddedSqs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmbeddedSqs")
    }
}
