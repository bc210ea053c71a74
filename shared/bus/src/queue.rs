//! A queue with an event source mapping: SQS semantics, standard or FIFO, as far as a consumer can see them.
//!
//! Rules kept, by the AWS page that states them: a received message is hidden for the visibility time-out and comes
//! back unless it is deleted (SQS visibility timeout); one received `maxReceiveCount` times goes to the
//! dead-letter queue instead of being received again (SQS dead-letter queues); what a partial batch response does not name is
//! deleted, and an unknown or empty identifier means that everything failed (Lambda with SQS, error handling).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures::FutureExt as _;
use jiff::Timestamp;
use tidings_aws::{HandleBatch, queue::attributes, runtime::acknowledged};
use tidings_core::{
    Clock, Entropy,
    catalogue::{RECEIVES, Settings},
    ports::{DeadLetter, DeadLetters, Postpone, TransportError},
};
use tokio::sync::{Notify, Semaphore, futures::Notified};
use uuid::Uuid;

use crate::{KeepDeadLetters, flight::Flight, message::Message};

/// How a queue behaves.
#[derive(Debug, Clone, Copy)]
pub struct QueueSettings {
    /// How long a received message is hidden.
    pub visibility_timeout: Duration,
    /// How often a message is received before it goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// Messages in a batch, at most.
    pub batch_size: usize,
    /// Batches at once, at most.
    pub maximum_concurrency: usize,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// What a queue that promises nothing more may do.
    pub disorder: Disorder,
}

/// The queue that the infrastructure makes of a consumer's settings (`infra/lib/queue.ts`).
impl From<&Settings> for QueueSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            visibility_timeout: settings.visibility_timeout(),
            max_receive_count: RECEIVES,
            batch_size: settings.batch_size as usize,
            maximum_concurrency: settings.maximum_concurrency as usize,
            timeout: settings.timeout,
            disorder: Disorder::NONE,
        }
    }
}

/// How far a queue makes use of what SQS does not promise: standard queues deliver at least once, in any order (SQS
/// standard queues, at-least-once delivery).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disorder {
    /// Messages are received in any order.
    pub shuffled: bool,
    /// The chance (0 to 1) that a message that was deleted comes once more.
    pub again: f64,
}

impl Disorder {
    /// Messages are received in order, and a deleted one stays away.
    pub const NONE: Self = Self {
        shuffled: false,
        again: 0.0,
    };
}

/// A message in a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadMessage {
    /// The body, as it came.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
    /// The cause, where the consumer set it aside; none where the redrive policy did.
    pub letter: Option<DeadLetter>,
    /// Its message group, where the queue is FIFO: one of its own where the consumer set it aside, and the one it was in where the redrive
    /// policy did.
    pub group: Option<String>,
}

/// How a FIFO queue takes a message.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What is in one group is received in order.
    pub(crate) group: String,
    /// A message of the same group that says the same within five minutes is taken, and dropped.
    pub(crate) deduplication_id: String,
}

/// A queue, its dead-letter queue and its consumer.
pub(crate) struct Queue {
    name: String,
    fifo: bool,
    settings: QueueSettings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    dead_letters: Option<Arc<dyn KeepDeadLetters>>,
    state: Mutex<State>,
    changed: Notify,
}

/// For how long a FIFO queue knows what it has taken (AWS: SQS, exactly-once processing).
const DEDUPLICATION: Duration = Duration::from_secs(5 * 60);
/// Without a change the queue is looked at this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

#[derive(Default)]
struct State {
    messages: Vec<Message>,
    dead: Vec<DeadMessage>,
    /// What a FIFO queue has taken, by group and deduplication id, and when.
    taken: HashMap<(String, String), Timestamp>,
}

impl Queue {
    pub(crate) fn new(
        name: String,
        fifo: bool,
        settings: QueueSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            name,
            fifo,
            settings,
            clock,
            entropy,
            dead_letters: None,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Keeps its dead letters there as well.
    pub(crate) fn with_dead_letters(self, dead_letters: Option<Arc<dyn KeepDeadLetters>>) -> Self {
        Self { dead_letters, ..self }
    }

    /// Keeps a letter for when the process has ended, if that was asked for.
    fn keep(&self, letter: &DeadMessage) -> Result<(), TransportError> {
        let Some(dead_letters) = &self.dead_letters else {
            return Ok(());
        };
        let kept = dead_letters.keep(&self.name, letter, self.clock.now(), self.entropy.bits());
        kept.map_err(|error| TransportError(error.to_string()))
    }

    /// Takes a message into its group, unless it knows it.
    pub(crate) fn send_in(&self, place: Place, body: String) {
        let now = self.clock.now();
        let mut state = self.state();
        state.taken.retain(|_, taken| {
            let age = now.duration_since(*taken);
            Duration::try_from(age).unwrap_or_default() < DEDUPLICATION
        });
        let key = (place.group.clone(), place.deduplication_id);
        if state.taken.contains_key(&key) {
            return;
        }
        state.taken.insert(key, now);
        drop(state);
        self.put(body, None, Some(place.group), BTreeMap::new());
    }

    pub(crate) fn send(&self, body: String, flight: Option<Arc<Flight>>) {
        // In a FIFO queue, what is told no group is one by itself.
        let group = self
            .fifo
            .then(|| Uuid::from_u128(self.entropy.bits()).to_string());
        self.put(body, flight, group, BTreeMap::new());
    }

    /// Takes everything out of the dead-letter queue.
    pub(crate) fn take_dead(&self) -> Vec<DeadMessage> {
        std::mem::take(&mut self.state().dead)
    }

    /// Deletes dead letters.
    pub(crate) fn discard(&self, mut drop: impl FnMut(&DeadMessage) -> bool) -> usize {
        let dead = &mut self.state().dead;
        dead.extract_if(.., |letter| drop(letter)).count()
    }

    /// Takes a dead letter, as a new message in the group that it had, with its attributes (AWS: SQS, dead-letter queue redrive).
    pub(crate) fn take_back(&self, dead: DeadMessage) {
        let attributes = dead.letter.as_ref().map(attributes).unwrap_or_default();
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        self.put(dead.body, None, dead.group, attributes.collect());
    }

    /// Takes a message from outside, as SQS takes one (`SendMessage`).
    pub(crate) fn take(&self, body: String, group: Option<String>, attributes: BTreeMap<String, String>) {
        self.put(body, None, group.filter(|_| self.fifo), attributes);
    }

    /// Makes a message visible again after `delay`.
    pub(crate) fn show(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        let visible = self.clock.now().saturating_add(delay).unwrap_or(Timestamp::MAX);
        let mut state = self.state();
        let message = state
            .messages
            .iter_mut()
            .find(|message| message.receipt.to_string() == receipt_handle);
        message
            .ok_or_else(|| TransportError("the receipt handle is stale".into()))?
            .visible = visible;
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    fn put(
        &self,
        body: String,
        flight: Option<Arc<Flight>>,
        group: Option<String>,
        attributes: BTreeMap<String, String>,
    ) {
        let now = self.clock.now();
        let id = Uuid::from_u128(self.entropy.bits());
        let message = Message {
            id,
            body,
            sent: now,
            receives: 0,
            visible: now,
            receipt: id,
            flight,
            group,
            attributes,
        };
        self.state().messages.push(message);
        self.changed.notify_waiters();
    }

    /// How many messages are waiting or being worked on.
    pub(crate) fn unsettled(&self) -> usize {
        self.state().messages.len()
    }

    pub(crate) fn dead(&self) -> Vec<DeadMessage> {
        self.state().dead.clone()
    }

    /// Is done once a message has been settled, or added.
    pub(crate) fn change(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Receives and hands over batches until the task is ended.
    pub(crate) async fn consume(self: Arc<Self>, handler: Arc<dyn HandleBatch>) {
        let invocations = Arc::new(Semaphore::new(self.settings.maximum_concurrency.max(1)));
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let permit = invocations
                .clone()
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            if let Some(until) = handler.paused_until() {
                drop(permit);
                // The pause may end earlier: a batch that is settled can be the one that showed it.
                tokio::select! {
                    biased;
                    () = changed => {}
                    () = tokio::time::sleep(self.until(until)) => {}
                }
                continue;
            }
            let batch = self.receive();
            if batch.is_empty() {
                drop(permit);
                tokio::select! {
                    biased;
                    () = changed => {}
                    () = tokio::time::sleep(self.until_visible()) => {}
                }
                continue;
            }
            let (queue, handler) = (self.clone(), handler.clone());
            tokio::spawn(async move {
                queue.invoke(handler.as_ref(), batch).await;
                drop(permit);
            });
        }
    }

    /// Receives visible messages; one that was received often enough goes to the dead-letter queue instead.
    fn receive(&self) -> Vec<Message> {
        let now = self.clock.now();
        let hidden_until = now
            .saturating_add(self.settings.visibility_timeout)
            .unwrap_or(Timestamp::MAX);
        let mut state = self.state();
        let most = self.settings.max_receive_count;
        let spent = |message: &mut Message| message.visible <= now && message.receives >= most;
        let dead: Vec<_> = state.messages.extract_if(.., spent).collect();
        let any_dead = !dead.is_empty();
        for mut message in dead {
            let letter = DeadMessage {
                body: message.body.clone(),
                receives: message.receives,
                letter: None,
                group: message.group.clone(),
            };
            match self.keep(&letter) {
                Ok(()) => {
                    message.settled();
                    state.dead.push(letter);
                }
                Err(error) => {
                    tracing::error!(queue = self.name, %error, "a dead letter is not kept; it stays in its queue");
                    message.visible = hidden_until;
                    state.messages.push(message);
                }
            }
        }
        // A FIFO queue hands out a group's messages in order, up to the first that is hidden (recorded on AWS, see `tests/it/recorded`).
        let mut held: HashSet<String> = HashSet::new();
        let mut visible: Vec<_> = state
            .messages
            .iter_mut()
            .filter(|message| {
                let held_up = message.group.as_ref().is_some_and(|group| held.contains(group));
                let visible = message.visible <= now;
                if !visible {
                    held.extend(message.group.clone());
                }
                visible && !held_up
            })
            .collect();
        if self.settings.disorder.shuffled && !self.fifo {
            // A sort by fresh random keys is a shuffle.
            visible.sort_by_cached_key(|_| self.entropy.bits());
        }
        let batch = visible
            .into_iter()
            .take(self.settings.batch_size.max(1))
            .map(|message| {
                message.receives += 1;
                message.visible = hidden_until;
                message.receipt = Uuid::from_u128(self.entropy.bits());
                message.clone()
            });
        let batch = batch.collect();
        drop(state);
        if any_dead {
            self.changed.notify_waiters();
        }
        batch
    }

    fn until_visible(&self) -> Duration {
        let now = self.clock.now();
        let state = self.state();
        let times = state.messages.iter().map(|message| message.visible);
        // What is visible, and was not received just now, is held by a message of its group that is not.
        let next = times.filter(|visible| !self.fifo || *visible > now).min();
        drop(state);
        next.map_or(LONGEST_SLEEP, |visible| self.until(visible))
    }

    fn until(&self, time: Timestamp) -> Duration {
        let left = Duration::try_from(time.duration_since(self.clock.now())).unwrap_or_default();
        left.clamp(Duration::from_millis(1), LONGEST_SLEEP)
    }

    /// One invocation. A handler that fails as a whole acknowledges nothing.
    async fn invoke(&self, handler: &dyn HandleBatch, batch: Vec<Message>) {
        let mut event = SqsEvent::default();
        event.records = batch.iter().map(|message| message.received(&self.name)).collect();
        let deadline = self
            .clock
            .now()
            .saturating_add(self.settings.timeout)
            .unwrap_or(Timestamp::MAX);
        let invocation = AssertUnwindSafe(handler.handle(event, deadline)).catch_unwind();
        match tokio::time::timeout(self.settings.timeout, invocation).await {
            Ok(Ok(response)) => self.obey(&response, &batch),
            Ok(Err(_panic)) => {
                tracing::error!(queue = self.name, "the handler panicked; its batch comes back")
            }
            Err(_) => tracing::error!(queue = self.name, "the handler timed out; its batch comes back"),
        }
    }

    /// Deletes what the response does not name.
    fn obey(&self, response: &SqsBatchResponse, batch: &[Message]) {
        let ids = batch.iter().map(|message| message.id.to_string());
        let done = match acknowledged(response, ids) {
            Ok(done) => done,
            Err(error) => return tracing::error!(queue = self.name, %error, "all come back"),
        };
        // A FIFO queue refuses the receipt of a message that is visible again (recorded on AWS, see `tests/it/recorded`).
        let now = self.clock.now();
        let done = |message: &Message| {
            let own = batch.iter().any(|own| own.receipt == message.receipt);
            let expired = self.fifo && message.visible <= now;
            own && !expired && done.contains(&message.id.to_string())
        };
        let again = |message: &mut Message| {
            let comes = !self.fifo && self.settings.disorder.again > self.entropy.unit();
            if comes {
                message.visible = self.clock.now();
            }
            comes
        };
        self.state().messages.retain_mut(|message| {
            let stays = !done(message) || again(message);
            if !stays {
                message.settled();
            }
            stays
        });
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Postpone for Queue {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        self.show(receipt_handle, delay)
    }
}

#[async_trait]
impl DeadLetters for Queue {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        let (body, receives) = (letter.body.clone(), letter.attempts);
        let dead = DeadMessage {
            body,
            receives,
            letter: Some(letter.clone()),
            group: self.fifo.then(|| letter.message_id.clone()),
        };
        self.keep(&dead)?;
        self.state().dead.push(dead);
        Ok(())
    }
}
