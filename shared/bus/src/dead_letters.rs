//! Dead letters that outlive the process: in a table of the embedded database, and so in its file.
//!
//! The bus keeps a letter before it settles the message. So whatever ends the process, an event is in its queue, done, or here.

use std::time::Duration;

use dynoxide::Database;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tidings_core::catalogue::Table;

use crate::{DeadMessage, EmbeddedDynamoDb, EmbeddedError};

/// The dead letters, by queue and by when they were set aside.
pub const DEAD_LETTERS: Table = Table::new("dead-letters", "bus", "queue")
    .sorted_by("since")
    .expiring_by("expires");

/// How long a letter is kept: as long as a dead-letter queue of SQS keeps it (`infra/lib/queue.ts`), 14 days.
const KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);

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
}

impl KeepDeadLetters for DeadLetterTable {
    fn keep(&self, queue: &str, dead: &DeadMessage, now: Timestamp, id: u128) -> Result<(), EmbeddedError> {
        let expires = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let mut item = Map::new();
        let mut put = |name: &str, kind: &str, value: String| {
            item.insert(name.to_owned(), json!({ kind: value }));
        };
        put("queue", "S", queue.to_owned());
        put("since", "S", format!("{now:.3}#{id:032x}"));
        put("body", "S", dead.body.clone());
        put("receives", "N", dead.receives.to_string());
        put("expires", "N", expires.as_second().to_string());
        if let Some(letter) = &dead.letter {
            put("reason", "S", letter.reason.clone());
            if let Some(event) = &letter.event {
                put("event", "S", event.clone());
            }
        }
        let request = json!({ "TableName": DEAD_LETTERS.name, "Item": item });
        let request = serde_json::from_value(request).map_err(refused)?;
        self.0.put_item(request).map(drop).map_err(refused)
    }
}

fn letter(item: &Value) -> Option<KeptLetter> {
    let text = |name: &str| item[name]["S"].as_str().map(ToOwned::to_owned);
    Some(KeptLetter {
        queue: text("queue")?,
        since: text("since")?.split('#').next()?.to_owned(),
        body: text("body")?,
        receives: item["receives"]["N"].as_str()?.parse().ok()?,
        reason: text("reason"),
        event: text("event"),
    })
}

fn refused(error: impl std::fmt::Display) -> EmbeddedError {
    EmbeddedError(format!("dead letters: {error}"))
}
