//! Dead letters that outlive the process: in a table of the embedded database, and so in its file.
//!
//! The bus keeps a letter before it settles the message. So whatever ends the process, an event is
//! in its queue, done, or here. Operators get at the letters as at those of SQS
//! ([`DeadLetterQueues`]): what they send there is kept first, and what they delete is deleted
//! here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use dynoxide::Database;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tidings_aws::queue::attributes;
use tidings_core::{
    catalogue::{DEAD_LETTER_RETENTION, Settings, Table},
    consumer::Declared,
    ports::TransportError,
};
use uuid::Uuid;

use crate::{Behind, Bus, DeadMessage, EmbeddedDynamoDb, EmbeddedError, EmbeddedSqs, QueueMessage};

/// The dead letters, by queue and by when they were set aside.
pub const DEAD_LETTERS: Table = Table::new("dead-letters", "bus", "queue")
    .sorted_by("since")
    .expiring_by("expires");

/// Keeps dead letters when the process has ended.
pub trait KeepDeadLetters: Send + Sync {
    /// Keeps a letter of this queue, set aside now. `id` tells letters of one moment apart.
    ///
    /// # Errors
    /// When it is not kept: the message has to stay where it is.
    fn keep(&self, queue: &str, letter: &DeadMessage, now: Timestamp, id: u128) -> Result<(), EmbeddedError>;
}

/// The table of dead letters.
#[derive(Clone)]
pub struct DeadLetterTable(Database);

/// A letter, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptLetter {
    /// The queue that it was in: the consumer's name.
    pub queue: String,
    /// Its id.
    pub id: Uuid,
    /// Since when it is dead, as RFC 3339 text.
    pub since: String,
    /// The body, as it came.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
    /// Why it was set aside; none where it was received too often.
    pub reason: Option<String>,
    /// The event's key (`source#id`), where the consumer could read it.
    pub event: Option<String>,
    /// Its message group, where the queue is FIFO.
    pub group: Option<String>,
    /// What travels with it, as with a letter in SQS; nothing where the redrive policy has moved
    /// it.
    pub attributes: BTreeMap<String, String>,
}

impl DeadLetterTable {
    /// The table [`DEAD_LETTERS`] of this database, which has to be made.
    #[must_use]
    pub fn of(database: &EmbeddedDynamoDb) -> Self {
        Self(database.database.clone())
    }

    /// All letters, by queue, the oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn all(&self) -> Result<Vec<KeptLetter>, EmbeddedError> {
        let (mut letters, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({ "TableName": DEAD_LETTERS.name });
            if !from.is_null() {
                request["ExclusiveStartKey"] = from;
            }
            let page = self.0.scan(serde_json::from_value(request).map_err(refused)?);
            let mut page = serde_json::to_value(page.map_err(refused)?).map_err(refused)?;
            let items = page["Items"].as_array().into_iter().flatten();
            letters.extend(items.filter_map(letter));
            from = page["LastEvaluatedKey"].take();
            if from.is_null() {
                break;
            }
        }
        letters.sort_by(|one, other| (&one.queue, &one.since).cmp(&(&other.queue, &other.since)));
        Ok(letters)
    }

    fn put(&self, queue: &str, letter: &QueueMessage) -> Result<(), EmbeddedError> {
        let expires = letter.sent.saturating_add(DEAD_LETTER_RETENTION);
        let expires = expires.unwrap_or(Timestamp::MAX);
        let mut item = Map::new();
        let mut put = |name: &str, kind: &str, value: String| {
            item.insert(name.to_owned(), json!({ kind: value }));
        };
        put("queue", "S", queue.to_owned());
        put("since", "S", since(letter));
        put("body", "S", letter.body.clone());
        put("receives", "N", letter.receives.to_string());
        put("expires", "N", expires.as_second().to_string());
        for name in ["reason", "event"] {
            if let Some(value) = letter.attributes.get(name) {
                put(name, "S", value.clone());
            }
        }
        if let Some(group) = &letter.group {
            put("message_group", "S", group.clone());
        }
        put("attributes", "S", json!(letter.attributes).to_string());
        let request = json!({ "TableName": DEAD_LETTERS.name, "Item": item });
        let request = serde_json::from_value(request).map_err(refused)?;
        self.0.put_item(request).map(drop).map_err(refused)
    }

    fn delete(&self, queue: &str, letter: &QueueMessage) -> Result<(), EmbeddedError> {
        let key = json!({ "queue": { "S": queue }, "since": { "S": since(letter) } });
        let request = json!({ "TableName": DEAD_LETTERS.name, "Key": key });
        let request = serde_json::from_value(request).map_err(refused)?;
        self.0.delete_item(request).map(drop).map_err(refused)
    }
}

impl KeepDeadLetters for DeadLetterTable {
    fn keep(&self, queue: &str, dead: &DeadMessage, now: Timestamp, id: u128) -> Result<(), EmbeddedError> {
        self.put(queue, &message(dead, now, id))
    }
}

/// The dead-letter queues of a bus, for operators: each consumer's, behind the protocol of SQS, and
/// its queue, to which letters are sent back.
#[derive(Clone)]
pub struct DeadLetterQueues {
    sqs: EmbeddedSqs,
    table: DeadLetterTable,
    fifo: Arc<std::sync::Mutex<BTreeMap<String, bool>>>,
}

impl DeadLetterQueues {
    /// Letters in this table, to be had from `sqs`.
    #[must_use]
    pub fn new(sqs: EmbeddedSqs, table: DeadLetterTable) -> Self {
        Self {
            sqs,
            table,
            fifo: Arc::default(),
        }
    }

    /// The queues.
    #[must_use]
    pub fn sqs(&self) -> &EmbeddedSqs {
        &self.sqs
    }

    /// Opens the queues of these consumers of `bus`, with the letters that the table has. Without a
    /// bus, as where a data file is looked at that no run has, letters are there, and none can be
    /// sent back.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn open<'d>(
        &self,
        bus: Option<&Arc<Bus>>,
        consumers: impl IntoIterator<Item = &'d Declared>,
    ) -> Result<(), EmbeddedError> {
        let named = |consumer: &'d Declared| (consumer.name, consumer.command().is_some());
        self.open_named(bus, consumers.into_iter().map(named))
    }

    /// The same, of subscriptions of these names, and whether their queues are FIFO.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn open_named<'n>(
        &self,
        bus: Option<&Arc<Bus>>,
        consumers: impl IntoIterator<Item = (&'n str, bool)>,
    ) -> Result<(), EmbeddedError> {
        for (name, fifo) in consumers {
            let name = name.to_owned();
            self.fifo().insert(name.clone(), fifo);
            let (bus, table) = (bus.cloned(), self.table.clone());
            let own = Own {
                name: name.clone(),
                bus,
            };
            let visibility = Settings::DEFAULT.visibility_timeout();
            let queue = format!("{name}{}", suffix(fifo));
            self.sqs
                .create_before(&queue, visibility, DEAD_LETTER_RETENTION, Arc::new(own));
            let letters = Letters { name, table };
            let queue = dead_letter_queue(&letters.name, fifo);
            self.sqs
                .create_before(&queue, visibility, DEAD_LETTER_RETENTION, Arc::new(letters));
        }
        for kept in self.table.all()? {
            let Some(fifo) = self.fifo().get(&kept.queue).copied() else {
                continue;
            };
            let sent: Timestamp = kept.since.parse().map_err(refused)?;
            let group = kept.group.as_deref();
            let mut message = QueueMessage::new(kept.id, kept.body, sent, group, kept.attributes);
            message.receives = kept.receives;
            self.sqs.put(&dead_letter_queue(&kept.queue, fifo), message);
        }
        Ok(())
    }

    fn fifo(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, bool>> {
        self.fifo
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl KeepDeadLetters for DeadLetterQueues {
    fn keep(&self, queue: &str, dead: &DeadMessage, now: Timestamp, id: u128) -> Result<(), EmbeddedError> {
        let message = message(dead, now, id);
        self.table.put(queue, &message)?;
        let fifo = self.fifo().get(queue).copied();
        // A queue that is not open yet reads the table when it is.
        if let Some(fifo) = fifo {
            self.sqs.put(&dead_letter_queue(queue, fifo), message);
        }
        Ok(())
    }
}

/// A consumer's dead-letter queue: its letters are in the table.
struct Letters {
    name: String,
    table: DeadLetterTable,
}

impl Behind for Letters {
    fn sent(&self, message: &QueueMessage) -> Result<bool, TransportError> {
        self.table.put(&self.name, message).map_err(transport)?;
        Ok(true)
    }

    fn deleted(&self, message: &QueueMessage) -> Result<(), TransportError> {
        self.table.delete(&self.name, message).map_err(transport)
    }

    fn shown(&self, _: &str, _: Duration) -> Result<(), TransportError> {
        Err(TransportError("the receipt handle is stale".into()))
    }

    fn elsewhere(&self) -> usize {
        0
    }

    fn paused_until(&self) -> Option<Timestamp> {
        None
    }
}

/// A consumer's own queue: the bus has it.
struct Own {
    name: String,
    bus: Option<Arc<Bus>>,
}

impl Own {
    fn bus(&self) -> Result<&Arc<Bus>, TransportError> {
        let nobody = || {
            TransportError(format!(
                "nobody runs {}: start the local run on this file first",
                self.name
            ))
        };
        self.bus.as_ref().ok_or_else(nobody)
    }
}

impl Behind for Own {
    fn sent(&self, message: &QueueMessage) -> Result<bool, TransportError> {
        let QueueMessage {
            body,
            group,
            attributes,
            ..
        } = message.clone();
        let sent = self.bus()?.send_message(&self.name, body, group, attributes);
        sent.map_err(transport)?;
        Ok(false)
    }

    fn deleted(&self, _: &QueueMessage) -> Result<(), TransportError> {
        Ok(())
    }

    fn shown(&self, receipt: &str, delay: Duration) -> Result<(), TransportError> {
        self.bus()?.show(&self.name, receipt, delay)
    }

    fn elsewhere(&self) -> usize {
        self.bus.as_ref().map_or(0, |bus| bus.unsettled_of(&self.name))
    }

    fn paused_until(&self) -> Option<Timestamp> {
        self.bus.as_ref()?.paused_until(&self.name)
    }
}

/// A dead message as it is in its queue.
fn message(dead: &DeadMessage, now: Timestamp, id: u128) -> QueueMessage {
    let attributes = dead.letter.as_ref().map(attributes).unwrap_or_default();
    let attributes = attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let (id, group) = (Uuid::from_u128(id), dead.group.as_deref());
    let mut message = QueueMessage::new(id, dead.body.clone(), now, group, attributes.collect());
    message.receives = dead.receives;
    message
}

/// As the infrastructure calls it (`infra/lib/names.ts`).
fn dead_letter_queue(consumer: &str, fifo: bool) -> String {
    format!("{consumer}-dlq{}", suffix(fifo))
}

fn suffix(fifo: bool) -> &'static str {
    if fifo { ".fifo" } else { "" }
}

/// The sort key of a letter.
fn since(letter: &QueueMessage) -> String {
    format!("{:.3}#{:032x}", letter.sent, letter.id.as_u128())
}

fn letter(item: &Value) -> Option<KeptLetter> {
    let text = |name: &str| item[name]["S"].as_str().map(ToOwned::to_owned);
    let since = text("since")?;
    let (since, id) = since.split_once('#')?;
    let attributes = text("attributes").and_then(|text| serde_json::from_str(&text).ok());
    // Earlier releases kept of the attributes only these two.
    let two = || ["reason", "event"].map(|name| Some((name.to_owned(), text(name)?)));
    let attributes: BTreeMap<String, String> =
        attributes.unwrap_or_else(|| two().into_iter().flatten().collect());
    Some(KeptLetter {
        queue: text("queue")?,
        id: Uuid::from_u128(u128::from_str_radix(id, 16).ok()?),
        since: since.to_owned(),
        body: text("body")?,
        receives: item["receives"]["N"].as_str()?.parse().ok()?,
        reason: text("reason"),
        event: text("event"),
        group: text("message_group"),
        attributes,
    })
}

fn refused(error: impl std::fmt::Display) -> EmbeddedError {
    EmbeddedError(format!("dead letters: {error}"))
}

fn transport(error: impl std::fmt::Display) -> TransportError {
    TransportError(error.to_string())
}
