//! Looking: reads every letter of the queues, and leaves all of them there.
//!
//! SQS shows a message only to who receives it, so what is read is hidden for a moment and let go
//! of at once. A letter that cannot be read is a letter all the same.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_sqs::types::Message;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Desk,
    error::{OperationError, Result},
    letter::Letter,
    roster::DeadQueue,
    select::Selection,
};

/// How long a letter is hidden that is only looked at: if this process ends meanwhile, others see
/// it then.
const GLANCE: Duration = Duration::from_secs(30);
/// Queues that are looked at at once.
const QUEUES_AT_ONCE: usize = 8;
/// How long an empty receive waits: SQS asks all its servers then (AWS: SQS short and long
/// polling).
const WAIT: Duration = Duration::from_secs(1);

/// A queue that was looked at.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Its name.
    pub queue: String,
    /// Whose it is.
    pub consumer: String,
    /// How many letters it holds, as SQS counts.
    pub depth: u64,
    /// How many of them were not seen: somebody else has them, or they stand behind others of their
    /// group.
    pub unseen: u64,
    /// Why it could not be looked at.
    pub error: Option<String>,
}

/// Letters, and the queues in which they were looked for.
#[derive(Debug, Default)]
pub struct Seen {
    /// The letters that were asked for, what expires first before the others.
    pub letters: Vec<Letter>,
    /// The queues.
    pub queues: Vec<Looked>,
}

/// A letter that this operator has: nobody else is handed it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) letter: Letter,
    pub(crate) receipt: String,
    pub(crate) until: Timestamp,
}

impl Desk {
    /// The letters that fit, of every dead-letter queue. A queue that does not answer hides no
    /// other.
    pub async fn look(&self, selection: &Selection) -> Seen {
        let queues = self
            .roster
            .dead_queues()
            .filter(|queue| selection.may_be_of(queue.consumer));
        let looking = stream::iter(queues.collect::<Vec<_>>()).map(|queue| async move {
            let looked = self.look_into(&queue, selection).await;
            (queue, looked)
        });
        let mut seen = Seen::default();
        for (queue, looked) in looking.buffered(QUEUES_AT_ONCE).collect::<Vec<_>>().await {
            let told = |depth, unseen, error| Looked {
                queue: queue.name.clone(),
                consumer: queue.consumer.to_owned(),
                depth,
                unseen,
                error,
            };
            match looked {
                Ok(None) => {}
                Ok(Some((letters, depth, unseen))) => {
                    seen.letters.extend(letters);
                    seen.queues.push(told(depth, unseen, None));
                }
                Err(error) => seen.queues.push(told(0, 0, Some(error.to_string()))),
            }
        }
        seen.letters
            .sort_by(|one, other| (one.expires(), &one.id).cmp(&(other.expires(), &other.id)));
        seen
    }

    /// The one letter whose id begins so.
    ///
    /// # Errors
    /// When there is none (and then what has become of it), or more than one.
    pub async fn letter(&self, id: &str) -> Result<Letter> {
        let selection = Selection {
            letters: vec![id.to_owned()],
            ..Selection::default()
        };
        let mut letters = self.look(&selection).await.letters;
        match letters.len() {
            1 => Ok(letters.remove(0)),
            0 => Err(self.no_letter(id).await?),
            several => Err(OperationError::Ambiguous(id.to_owned(), several)),
        }
    }

    /// That there is no letter, and what has become of it.
    pub(crate) async fn no_letter(&self, id: &str) -> Result<OperationError> {
        for queue in self.roster.dead_queues() {
            let archive = self.store.archive_of(&queue.name).await?;
            if let Some(was) = archive.iter().find(|archived| archived.letter.starts_with(id)) {
                let (done, who, at, act) = (was.kind.done(), &was.who, was.at, &was.act);
                let told = format!(": {who} was faster, it was {done} at {at} (act {act})");
                return Ok(OperationError::NoLetter(was.letter.clone(), told));
            }
        }
        Ok(OperationError::NoLetter(id.to_owned(), String::new()))
    }

    async fn look_into(
        &self,
        queue: &DeadQueue,
        selection: &Selection,
    ) -> Result<Option<(Vec<Letter>, u64, u64)>> {
        let Some(depth) = self.queues.depth(&queue.name).await? else {
            return Ok(None);
        };
        let held = self.hold(queue, GLANCE).await?;
        let receipts: Vec<_> = held.iter().map(|held| held.receipt.clone()).collect();
        let all = depth.visible + depth.hidden;
        let unseen = all.saturating_sub(held.len() as u64);
        self.queues.release(&queue.name, &receipts).await?;
        let now = self.now();
        let letters = held.into_iter().map(|held| held.letter);
        let letters = letters.filter(|letter| selection.fits(letter, now)).collect();
        Ok(Some((letters, all, unseen)))
    }

    /// Receives everything that can be received of a queue.
    pub(crate) async fn hold(&self, queue: &DeadQueue, hidden: Duration) -> Result<Vec<Held>> {
        let depth = self.queues.depth(&queue.name).await?;
        let depth = depth.ok_or_else(|| OperationError::NoQueue(queue.name.clone()))?;
        let (mut held, mut known, mut empty) = (Vec::new(), BTreeSet::new(), 0);
        loop {
            let until = self.now().saturating_add(hidden).unwrap_or(Timestamp::MAX);
            let missing = (held.len() as u64) < depth.visible;
            let wait = if missing { WAIT } else { Duration::ZERO };
            let received = self.queues.receive(&queue.name, hidden, wait).await?;
            empty = if received.is_empty() { empty + 1 } else { 0 };
            if received.is_empty() && (!missing || empty == 2) {
                return Ok(held);
            }
            let mut again = false;
            for message in &received {
                let letter = Letter::read(queue, message);
                // A queue so deep that the first are visible again: what comes twice is held by its
                // newer receipt.
                if !known.insert(letter.id.clone()) {
                    again = true;
                    held.retain(|held: &Held| held.letter.id != letter.id);
                }
                let receipt = receipt_of(message);
                held.push(Held {
                    letter,
                    receipt,
                    until,
                });
            }
            if again {
                return Ok(held);
            }
        }
    }
}

fn receipt_of(message: &Message) -> String {
    message.receipt_handle.clone().unwrap_or_default()
}
