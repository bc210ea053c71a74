//! A queue that is received from: visibility, receive counts, message groups and deduplication, as
//! SQS has them.
//!
//! Rules kept, by the AWS page that states them: a received message is hidden for as long as the
//! receive says and comes back with another receipt (SQS visibility timeout); of a FIFO group
//! nothing is handed out while one of its messages is hidden, and a message with a known
//! deduplication id is taken and dropped for five minutes (SQS, FIFO delivery logic, exactly-once
//! processing); a message has 1 MiB at most, with its attributes (SQS, message quotas).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Behind, Refusal};

/// For how long a FIFO queue knows what it has taken.
const DEDUPLICATION: Duration = Duration::from_secs(5 * 60);
/// Bytes that a message may have, with its attributes.
const MOST_BYTES: usize = 1024 * 1024;
/// Attributes that a message may have.
const MOST_ATTRIBUTES: usize = 10;
/// Messages that a receive hands out at most.
const MOST_MESSAGES: usize = 10;

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct QueueMessage {
    /// Its id.
    pub id: Uuid,
    /// Its body.
    pub body: String,
    /// When it was sent.
    pub sent: Timestamp,
    /// Its message group, where it has one.
    pub group: Option<String>,
    /// Its attributes, all of them texts.
    pub attributes: BTreeMap<String, String>,
    /// How often it was received.
    pub receives: u32,
    sequence: u64,
    visible: Timestamp,
    receipt: Uuid,
}

impl QueueMessage {
    /// A message that nobody has received.
    #[must_use]
    pub fn new(
        id: Uuid,
        body: impl Into<String>,
        sent: Timestamp,
        group: Option<&str>,
        attributes: BTreeMap<String, String>,
    ) -> Self {
        Self {
            id,
            body: body.into(),
            sent,
            group: group.map(ToOwned::to_owned),
            attributes,
            receives: 0,
            sequence: 0,
            visible: sent,
            receipt: id,
        }
    }

    pub(super) fn receipt(&self) -> String {
        self.receipt.to_string()
    }

    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| name.len() + "String".len() + value.len());
        self.body.len() + attributes.sum::<usize>()
    }
}

/// A message that has been taken.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Its id.
    pub id: Uuid,
    /// Its place in the queue.
    pub sequence: u64,
}

pub(super) struct MessageQueue {
    pub(super) name: String,
    pub(super) fifo: bool,
    pub(super) visibility: Duration,
    retention: Duration,
    messages: Vec<QueueMessage>,
    taken: HashMap<(String, String), (Timestamp, Sent)>,
    sent: u64,
    behind: Option<Arc<dyn Behind>>,
}

/// How many messages there are.
pub(super) struct Depth {
    pub(super) visible: usize,
    pub(super) hidden: usize,
}

impl MessageQueue {
    pub(super) fn new(name: &str, visibility: Duration, retention: Duration) -> Self {
        Self {
            name: name.to_owned(),
            fifo: name.ends_with(".fifo"),
            visibility,
            retention,
            messages: Vec::new(),
            taken: HashMap::new(),
            sent: 0,
            behind: None,
        }
    }

    pub(super) fn before(self, behind: Arc<dyn Behind>) -> Self {
        Self {
            behind: Some(behind),
            ..self
        }
    }

    pub(super) fn put(&mut self, message: QueueMessage) {
        self.sent += 1;
        self.messages.push(QueueMessage {
            sequence: self.sent,
            ..message
        });
    }

    pub(super) fn messages(&self) -> Vec<QueueMessage> {
        self.messages.clone()
    }

    pub(super) fn depth(&mut self, now: Timestamp) -> Depth {
        self.forget(now);
        let visible = self
            .messages
            .iter()
            .filter(|message| message.visible <= now)
            .count();
        let elsewhere = self.behind.as_ref().map_or(0, |behind| behind.elsewhere());
        Depth {
            visible,
            hidden: self.messages.len() - visible + elsewhere,
        }
    }

    pub(super) fn paused_until(&self) -> Option<Timestamp> {
        self.behind.as_ref()?.paused_until()
    }

    /// Takes a message.
    pub(super) fn send(
        &mut self,
        message: QueueMessage,
        deduplication_id: Option<String>,
        now: Timestamp,
    ) -> Result<Sent, Refusal> {
        let invalid = |why: &str| Refusal::new("com.amazonaws.sqs#InvalidMessageContents", why);
        if message.bytes() > MOST_BYTES {
            return Err(invalid(
                "a message has 1048576 bytes at most, with its attributes",
            ));
        }
        if message.attributes.len() > MOST_ATTRIBUTES {
            return Err(invalid("a message has 10 attributes at most"));
        }
        if message.attributes.values().any(String::is_empty) || message.body.is_empty() {
            return Err(invalid("a body and an attribute must not be empty"));
        }
        let key = match (self.fifo, &message.group, deduplication_id) {
            (false, ..) => None,
            (true, Some(group), Some(id)) => Some((group.clone(), id)),
            (true, ..) => {
                let why = "a FIFO queue takes a message with a group and a deduplication id";
                return Err(Refusal::new("com.amazonaws.sqs#MissingParameter", why));
            }
        };
        self.taken.retain(|_, (taken, _)| {
            Duration::try_from(now.duration_since(*taken)).unwrap_or_default() < DEDUPLICATION
        });
        if let Some((_, sent)) = key.as_ref().and_then(|key| self.taken.get(key)) {
            return Ok(*sent);
        }
        let kept = match &self.behind {
            Some(behind) => behind.sent(&message).map_err(internal)?,
            None => true,
        };
        let id = message.id;
        match kept {
            true => self.put(message),
            false => self.sent += 1,
        }
        let sequence = self.sent;
        let sent = Sent { id, sequence };
        if let Some(key) = key {
            self.taken.insert(key, (now, sent));
        }
        Ok(sent)
    }

    /// Hands out what is visible, each with a new receipt.
    pub(super) fn receive(
        &mut self,
        most: usize,
        hidden: Duration,
        now: Timestamp,
        mut receipt: impl FnMut() -> Uuid,
    ) -> Vec<QueueMessage> {
        self.forget(now);
        let until = now.saturating_add(hidden).unwrap_or(Timestamp::MAX);
        let mut held = HashSet::new();
        let mut received = Vec::new();
        for message in &mut self.messages {
            if received.len() == most.clamp(1, MOST_MESSAGES) {
                break;
            }
            let group = message.group.as_ref().filter(|_| self.fifo);
            if message.visible > now {
                held.extend(group.cloned());
                continue;
            }
            if group.is_some_and(|group| held.contains(group)) {
                continue;
            }
            message.receives += 1;
            message.visible = until;
            message.receipt = receipt();
            received.push(message.clone());
        }
        received
    }

    /// Deletes the message of this receipt. One that is gone, or was received again, is no error
    /// (AWS: SQS `DeleteMessage`); of a FIFO queue, a receipt whose message is visible again is
    /// refused.
    pub(super) fn delete(&mut self, receipt: &str, now: Timestamp) -> Result<(), Refusal> {
        let at = self
            .messages
            .iter()
            .position(|message| message.receipt() == receipt);
        let Some(at) = at else { return Ok(()) };
        if self.fifo && self.messages[at].visible <= now {
            let why = "the receipt handle has expired";
            return Err(Refusal::new("com.amazonaws.sqs#ReceiptHandleIsInvalid", why));
        }
        if let Some(behind) = &self.behind {
            behind.deleted(&self.messages[at]).map_err(internal)?;
        }
        self.messages.remove(at);
        Ok(())
    }

    /// Lets the message of this receipt be visible after `delay`.
    pub(super) fn show(&mut self, receipt: &str, delay: Duration, now: Timestamp) -> Result<(), Refusal> {
        let message = self
            .messages
            .iter_mut()
            .find(|message| message.receipt() == receipt);
        match (message, &self.behind) {
            (Some(message), _) if message.visible > now => {
                message.visible = now.saturating_add(delay).unwrap_or(Timestamp::MAX);
                Ok(())
            }
            (None, Some(behind)) => behind.shown(receipt, delay).map_err(internal),
            _ => {
                let why = "there is no message in flight of this receipt handle";
                Err(Refusal::new("com.amazonaws.sqs#MessageNotInflight", why))
            }
        }
    }

    /// Drops what the queue has kept for as long as it keeps anything.
    fn forget(&mut self, now: Timestamp) {
        let retention = self.retention;
        self.messages.retain(|message| {
            Duration::try_from(now.duration_since(message.sent)).unwrap_or_default() < retention
        });
    }
}

fn internal(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("InternalFailure", error.to_string())
}
