//! Reply queues in memory: each of who asks in this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tidings_core::{
    Entropy, Envelope,
    ports::{ReceiveReplies, Replied, Reply, TransportError},
};
use tokio::sync::{
    Mutex as Turn,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::Bus;

/// What the names of the bus's reply queues begin with.
pub const REPLY_PREFIX: &str = "replies-";

/// The reply queues of a bus, by name.
pub(crate) type ReplyRooms = Mutex<HashMap<String, UnboundedSender<String>>>;

/// A reply queue of a [`Bus`]; it is gone with this value.
pub struct BusReplyQueue {
    bus: Arc<Bus>,
    name: String,
    answers: Turn<UnboundedReceiver<String>>,
}

impl BusReplyQueue {
    /// Makes a queue.
    #[must_use]
    pub fn open(bus: Arc<Bus>, entropy: &dyn Entropy) -> Self {
        let name = format!("{REPLY_PREFIX}{:016x}", entropy.bits() as u64);
        let (answer, answers) = unbounded_channel();
        rooms(&bus).insert(name.clone(), answer);
        Self {
            bus,
            name,
            answers: Turn::new(answers),
        }
    }
}

impl Drop for BusReplyQueue {
    fn drop(&mut self) {
        rooms(&self.bus).remove(&self.name);
    }
}

fn rooms(bus: &Bus) -> MutexGuard<'_, HashMap<String, UnboundedSender<String>>> {
    bus.replies.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl ReceiveReplies for BusReplyQueue {
    async fn queue(&self) -> Result<String, TransportError> {
        Ok(self.name.clone())
    }

    async fn receive(&self, wait: Duration) -> Result<Vec<String>, TransportError> {
        let mut answers = self.answers.lock().await;
        let answer = tokio::time::timeout(wait, answers.recv()).await;
        Ok(answer.ok().flatten().into_iter().collect())
    }
}

#[async_trait]
impl Reply for Bus {
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError> {
        let sent = rooms(self).get(queue).map(|room| room.send(answer.to_json()));
        Ok(match sent {
            Some(Ok(())) => Replied::Sent,
            Some(Err(_)) | None => Replied::Gone,
        })
    }
}
