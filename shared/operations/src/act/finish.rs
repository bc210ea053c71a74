//! Finishing: from the archive, whatever was begun with a letter is brought to its end. It may be
//! done twice, and leaves the same.
//!
//! What is sent twice is one event: a FIFO queue drops the second within five minutes, and
//! otherwise the consumer's record recognises it, as any duplicate.

use jiff::Timestamp;
use tidings_aws::{
    idempotency::{Group, Letter as Place},
    queue::GROUP,
};
use tidings_core::Envelope;
use tracing::warn;

use crate::{
    Desk,
    error::{OperationError, Result},
    letter::{Attribute, Attributes, Letter, REPLACES},
    look::Held,
    queues::Outgoing,
    roster::DeadQueue,
    store::{Archived, Kind, Stage},
};

/// What SNS adds to a message that it could not deliver; it says nothing to a consumer.
const OF_THE_TOPIC: [&str; 3] = ["RequestID", "ErrorCode", "ErrorMessage"];
/// Attributes of a message, at most (AWS: SQS, message quotas).
const MOST_ATTRIBUTES: usize = 10;
/// Bytes of a message, at most, with its attributes.
const MOST_BYTES: usize = 1024 * 1024;

impl Desk {
    /// Goes on with what is begun with a letter, from wherever it was left. `others` are the
    /// letters of the queue.
    pub(crate) async fn finish(&self, held: &Held, archived: &mut Archived, others: &[String]) -> Result<()> {
        let Held { letter, receipt, .. } = held;
        if archived.stage == Stage::Begun {
            self.bring_about(letter, archived, others).await?;
            self.store.reach(archived, Stage::Done, self.now()).await?;
        }
        self.queues.delete(&letter.queue.name, receipt).await
    }

    async fn bring_about(&self, letter: &Letter, archived: &Archived, others: &[String]) -> Result<()> {
        match archived.kind {
            Kind::Redrive => {
                self.queues
                    .send(&letter.queue.destination, redriven(letter))
                    .await
            }
            Kind::Drop => self.leave(&letter.queue, archived).await,
            Kind::Edit | Kind::EditAsNew => {
                let body = self.store.edited(archived).await?;
                let new = Envelope::parse(&body)
                    .ok()
                    .filter(|_| archived.kind == Kind::EditAsNew);
                if let Some(new) = &new {
                    self.stand_in_place(&letter.queue, archived, new).await?;
                }
                let by = edited_by(&archived.letter);
                if !others.contains(&by) {
                    let message = replacement(&letter.queue, &archived.attributes, archived, body, by);
                    self.queues.send(&letter.queue.name, message).await?;
                }
                match new {
                    Some(_) => self.leave(&letter.queue, archived).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// Lets a letter leave the line of its group, and calls who waits behind it.
    pub(crate) async fn leave(&self, queue: &DeadQueue, archived: &Archived) -> Result<()> {
        // It has more than one place where a write that nobody waited for any more arrived all the same.
        while let Some((group, place)) = self.place(queue, archived).await? {
            let left = self.records.leave(&group, &place, self.now()).await;
            let waiting = left.map_err(OperationError::of("the idempotency table"))?;
            if let Some(receipt) = waiting
                && let Err(error) = self.queues.call(&queue.destination, &receipt).await
            {
                warn!(%error, "who waits behind the letter was not called, and comes back by itself");
            }
        }
        Ok(())
    }

    /// Lets the event that a letter has become stand where the letter stands.
    async fn stand_in_place(&self, queue: &DeadQueue, archived: &Archived, new: &Envelope) -> Result<()> {
        let Some((group, place)) = self.place(queue, archived).await? else {
            return Ok(());
        };
        let stands = Place::new(new.key(), place.since);
        let stood = self.records.stand(&group, &stands, self.now()).await;
        // One that is done already has left the line, and stays out of it.
        if stood.map_err(OperationError::of("the idempotency table"))? {
            let held = self.records.hold(&group, &stands).await;
            let _holds: bool = held.map_err(OperationError::of("the idempotency table"))?;
        }
        Ok(())
    }

    /// Where a letter stands in the line of its group.
    async fn place(&self, queue: &DeadQueue, archived: &Archived) -> Result<Option<(Group, Place)>> {
        let Some(name) = archived.group.clone() else {
            return Ok(None);
        };
        let consumer = queue.consumer;
        let group = Group { name, consumer };
        let line = self.records.line(&group, self.now()).await;
        let line = line.map_err(OperationError::of("the idempotency table"))?;
        let place = line.into_iter().find(|place| place.message == archived.message);
        Ok(place.map(|place| (group, place)))
    }
}

/// A letter as it goes back to its consumer: body and attributes as they are, as a move task leaves
/// them (AWS: SQS, dead-letter queue redrive).
fn redriven(letter: &Letter) -> Outgoing {
    let mut attributes = letter.attributes.clone();
    attributes.retain(|name, _| {
        name != REPLACES && !(letter.queue.of_subscription && OF_THE_TOPIC.contains(&name.as_str()))
    });
    let fifo = letter.queue.is_fifo();
    Outgoing {
        body: letter.body.clone(),
        attributes,
        group: letter.message_group.clone(),
        deduplication_id: fifo.then(|| format!("redrive-{}", letter.id)),
    }
}

/// What takes a letter's place in its queue: a group by itself, as the runtime's letters are, which
/// says to which it belongs.
pub(crate) fn replacement(
    queue: &DeadQueue,
    attributes: &Attributes,
    archived: &Archived,
    body: String,
    by: String,
) -> Outgoing {
    let mut attributes = attributes.clone();
    let deduplication_id = by.replace(' ', "-");
    let mut add = |name: &str, value: String| {
        let more = usize::from(!attributes.contains_key(name));
        let bytes: usize = attributes
            .iter()
            .map(|(name, attribute)| name.len() + attribute.kind.len() + attribute.value.len())
            .sum();
        let room = body.len() + bytes + name.len() + "String".len() + value.len() <= MOST_BYTES;
        if room && attributes.len() + more <= MOST_ATTRIBUTES {
            attributes.insert(name.to_owned(), Attribute::text(value));
        }
    };
    if let Some(group) = &archived.group {
        add(GROUP, group.clone());
    }
    add(REPLACES, by);
    let fifo = queue.is_fifo();
    Outgoing {
        body,
        attributes,
        group: fifo.then(|| deduplication_id.clone()),
        deduplication_id: fifo.then_some(deduplication_id),
    }
}

/// What an edited letter says of the one whose place it has taken.
pub(crate) fn edited_by(letter: &str) -> String {
    format!("edited {letter}")
}

/// What a letter that was brought back says of the one that it was.
pub(crate) fn restored_by(letter: &str, at: Timestamp) -> String {
    format!("restored {letter} {}", at.as_millisecond())
}
