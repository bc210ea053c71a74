//! The topic.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::select_all;
use jiff::Timestamp;
use tidings_aws::{HandleBatch, claim_check::lighten};
use tidings_core::{
    Clock, Entropy, Envelope, Takes, command,
    ports::{ClaimCheck, DeadLetters, Postpone, Publish, SendCommand, TransportError, refuse_unsealed},
};
use tokio::task::AbortHandle;

use crate::{
    Bring, DeadMessage, KeepDeadLetters, QueueSettings,
    flight::{Flight, Landing},
    queue::{Place, Queue},
    replies::ReplyRooms,
};

/// An in-process event bus. Every subscription has a queue and a consumer of its own, so one that fails or
/// is slow holds up no other.
pub struct Bus {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    claim_check: Option<Arc<dyn ClaimCheck>>,
    dead_letters: Option<Arc<dyn KeepDeadLetters>>,
    subscriptions: Mutex<BTreeMap<String, Subscribed>>,
    pub(crate) replies: ReplyRooms,
}

struct Subscribed {
    takes: Takes,
    queue: Arc<Queue>,
    consuming: Option<AbortHandle>,
    handler: Option<Arc<dyn HandleBatch>>,
}

/// A subscription that is being made: its queue is there, its consumer is not yet.
pub struct Subscription<'a> {
    bus: &'a Bus,
    name: String,
    queue: Arc<Queue>,
}

/// There is no subscription of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no subscription {0}")]
pub struct NotSubscribed(pub String);

/// Why dead letters are not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    /// There is no such subscription.
    #[error(transparent)]
    NotSubscribed(#[from] NotSubscribed),
    /// One of the letters was sent by its consumer, so nothing is known of where it came from (AWS: SQS, dead-letter queue redrive).
    #[error("CouldNotDetermineMessageSource: name the destination")]
    CouldNotDetermineMessageSource,
}

impl Bus {
    /// A bus with no subscriptions.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            claim_check: None,
            dead_letters: None,
            subscriptions: Mutex::default(),
            replies: ReplyRooms::default(),
        }
    }

    /// Keeps the data of events that are too large for a message in this store. Without one they are refused, as the
    /// deployed topic refuses them.
    #[must_use]
    pub fn with_claim_check(self, claim_check: Arc<dyn ClaimCheck>) -> Self {
        Self {
            claim_check: Some(claim_check),
            ..self
        }
    }

    /// Keeps dead letters there as well, before their messages are settled. Without it, they are gone with the process.
    #[must_use]
    pub fn with_dead_letters(self, dead_letters: Arc<dyn KeepDeadLetters>) -> Self {
        Self {
            dead_letters: Some(dead_letters),
            ..self
        }
    }

    /// Sends an event to whoever takes it.
    fn send_out(&self, event: &Envelope) -> Arc<Flight> {
        let body = event.to_json();
        let subscriptions = self.subscriptions();
        let takers: Vec<_> = subscriptions
            .values()
            .filter(|subscribed| subscribed.takes.command().is_none())
            .filter(|subscribed| subscribed.takes.matches(&event.event_type))
            .collect();
        let flight = Flight::to(takers.len());
        for subscribed in takers {
            subscribed.queue.send(body.clone(), Some(flight.clone()));
        }
        flight
    }

    /// Subscribes `name` to the events that it takes; one of the same name is replaced. Events are kept in the queue
    /// from now on and handed over once [`Subscription::consume`] has been called, inside a tokio runtime.
    ///
    /// The handler of a command subscribes in the same way; its queue is FIFO, and it gets what is sent to it ([`SendCommand`]).
    pub fn subscribe(&self, name: &str, takes: Takes, settings: QueueSettings) -> Subscription<'_> {
        let queue = Queue::new(
            name.to_owned(),
            takes.command().is_some(),
            settings,
            self.clock.clone(),
            self.entropy.clone(),
        );
        let queue = Arc::new(queue.with_dead_letters(self.dead_letters.clone()));
        let subscribed = Subscribed {
            takes,
            queue: queue.clone(),
            consuming: None,
            handler: None,
        };
        let replaced = self.subscriptions().insert(name.to_owned(), subscribed);
        end(replaced);
        Subscription {
            bus: self,
            name: name.to_owned(),
            queue,
        }
    }

    /// Ends a subscription. Batches that are being handled are finished; what is in its queue is dropped.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn unsubscribe(&self, name: &str) -> Result<(), NotSubscribed> {
        let removed = self.subscriptions().remove(name);
        if removed.is_none() {
            return Err(NotSubscribed(name.to_owned()));
        }
        end(removed);
        Ok(())
    }

    /// How many messages are waiting or being worked on, in all queues.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.queues().iter().map(|queue| queue.unsettled()).sum()
    }

    /// How many messages are waiting or being worked on in the queue of a subscription; none where there is none of the name.
    #[must_use]
    pub fn unsettled_of(&self, name: &str) -> usize {
        self.queue(name).map_or(0, |queue| queue.unsettled())
    }

    /// Until when the consumer of a subscription pauses, because its provider is down; none where it does not.
    #[must_use]
    pub fn paused_until(&self, name: &str) -> Option<Timestamp> {
        let handler = self.subscriptions().get(name)?.handler.clone();
        handler?.paused_until()
    }

    /// Waits until no message is waiting or being worked on.
    pub async fn settled(&self) {
        loop {
            let queues = self.queues();
            let mut changes: Vec<_> = queues.iter().map(|queue| Box::pin(queue.change())).collect();
            // From here on every change is noticed, so none is missed between the count and the wait.
            changes.iter_mut().for_each(|change| {
                change.as_mut().enable();
            });
            if self.unsettled() == 0 {
                return;
            }
            select_all(changes).await;
        }
    }

    /// What is in the dead-letter queue of a subscription.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn dead_letters(&self, name: &str) -> Result<Vec<DeadMessage>, NotSubscribed> {
        let subscriptions = self.subscriptions();
        let subscribed = subscriptions
            .get(name)
            .ok_or_else(|| NotSubscribed(name.to_owned()))?;
        Ok(subscribed.queue.dead())
    }

    /// Moves what is in the dead-letter queue of the subscription `name` to the queue of the subscription `destination`, as
    /// `StartMessageMoveTask` does; answers how many messages. Without a destination each goes back to where it came from, which is known
    /// only of what the redrive policy has moved.
    ///
    /// # Errors
    /// When there is no such subscription; and without a destination, when a consumer has sent one of the letters. Nothing is moved then.
    pub fn redrive(&self, name: &str, destination: Option<&str>) -> Result<usize, RedriveError> {
        let subscriptions = self.subscriptions();
        let queue = |name: &str| {
            let subscribed = subscriptions.get(name);
            let subscribed = subscribed.ok_or_else(|| NotSubscribed(name.to_owned()))?;
            Ok::<_, NotSubscribed>(&subscribed.queue)
        };
        let (from, to) = (queue(name)?, queue(destination.unwrap_or(name))?);
        if destination.is_none() && from.dead().iter().any(|dead| dead.letter.is_some()) {
            return Err(RedriveError::CouldNotDetermineMessageSource);
        }
        let dead = from.take_dead();
        let count = dead.len();
        dead.into_iter().for_each(|dead| to.take_back(dead));
        Ok(count)
    }

    /// Deletes those messages of the dead-letter queue of the subscription `name` that `drop` says; answers how many. That tells nobody else: in a
    /// FIFO queue, what waits behind them goes on when their marks are deleted as well.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn discard(
        &self,
        name: &str,
        drop: impl FnMut(&DeadMessage) -> bool,
    ) -> Result<usize, NotSubscribed> {
        let subscriptions = self.subscriptions();
        let subscribed = subscriptions
            .get(name)
            .ok_or_else(|| NotSubscribed(name.to_owned()))?;
        Ok(subscribed.queue.discard(drop))
    }

    /// Sends a text to a subscription's queue, past the topic: what a poison message does.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn send(&self, name: &str, body: impl Into<String>) -> Result<(), NotSubscribed> {
        let subscriptions = self.subscriptions();
        let subscribed = subscriptions
            .get(name)
            .ok_or_else(|| NotSubscribed(name.to_owned()))?;
        subscribed.queue.send(body.into(), None);
        Ok(())
    }

    /// Sends a message to a subscription's queue, past the topic, as SQS takes one: with its group, where the queue is FIFO, and its attributes.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn send_message(
        &self,
        name: &str,
        body: impl Into<String>,
        group: Option<String>,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), NotSubscribed> {
        self.queue(name)?.take(body.into(), group, attributes);
        Ok(())
    }

    /// Lets a message that a subscription's queue has handed out be visible again after `delay`.
    ///
    /// # Errors
    /// When there is no such queue, or no such receipt.
    pub fn show(&self, name: &str, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        let queue = self.queue(name);
        let queue = queue.map_err(|error| TransportError(error.to_string()))?;
        queue.show(receipt_handle, delay)
    }

    fn queue(&self, name: &str) -> Result<Arc<Queue>, NotSubscribed> {
        let subscriptions = self.subscriptions();
        let subscribed = subscriptions.get(name);
        let subscribed = subscribed.ok_or_else(|| NotSubscribed(name.to_owned()))?;
        Ok(subscribed.queue.clone())
    }

    fn queues(&self) -> Vec<Arc<Queue>> {
        self.subscriptions()
            .values()
            .map(|subscribed| subscribed.queue.clone())
            .collect()
    }

    fn subscriptions(&self) -> MutexGuard<'_, BTreeMap<String, Subscribed>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(subscribed: Option<Subscribed>) {
    if let Some(consuming) = subscribed.and_then(|subscribed| subscribed.consuming) {
        consuming.abort();
    }
}

impl Subscription<'_> {
    /// What postpones the queue's messages, for the consumer's runtime.
    #[must_use]
    pub fn postpone(&self) -> Arc<dyn Postpone> {
        self.queue.clone()
    }

    /// The dead-letter queue, for the consumer's runtime.
    #[must_use]
    pub fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        self.queue.clone()
    }

    /// Begins to hand over.
    pub fn consume(self, handler: Arc<dyn HandleBatch>) {
        let consuming = tokio::spawn(self.queue.clone().consume(handler.clone())).abort_handle();
        let mut subscriptions = self.bus.subscriptions();
        match subscriptions
            .get_mut(&self.name)
            .filter(|subscribed| Arc::ptr_eq(&subscribed.queue, &self.queue))
        {
            Some(subscribed) => {
                subscribed.consuming = Some(consuming);
                subscribed.handler = Some(handler);
            }
            // Unsubscribed, or replaced, in between.
            None => consuming.abort(),
        }
    }
}

#[async_trait]
impl SendCommand for Bus {
    async fn send(&self, command: &Envelope) -> Result<(), TransportError> {
        refuse_unsealed(command)?;
        let light = lighten(self.claim_check.as_deref(), command).await;
        let light = light.map_err(|failure| TransportError(failure.reason().to_owned()))?;
        let subscriptions = self.subscriptions();
        let handler = subscriptions
            .values()
            .find(|subscribed| subscribed.takes.command() == Some(command.event_type.as_str()));
        let handler =
            handler.ok_or_else(|| TransportError(format!("nobody handles {}", command.event_type)))?;
        let place = Place {
            group: command::group(command),
            deduplication_id: command::deduplication_id(command),
        };
        handler.queue.send_in(place, light.to_json());
        Ok(())
    }
}

#[async_trait]
impl Publish for Bus {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = Vec::with_capacity(events.len());
        for event in events {
            results.push(self.bring(event).await.map(drop));
        }
        results
    }
}

#[async_trait]
impl Bring for Bus {
    async fn bring(&self, event: &Envelope) -> Result<Landing, TransportError> {
        refuse_unsealed(event)?;
        let light = lighten(self.claim_check.as_deref(), event).await;
        let light = light.map_err(|failure| TransportError(failure.reason().to_owned()))?;
        Ok(Landing::of(self.send_out(&light)))
    }
}
