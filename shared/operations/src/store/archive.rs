//! Letters that somebody has acted on: as they were, and how far the act is.
//!
//! The body is written first, in parts, and what refers to it last. So a letter that is archived is
//! archived whole.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LETTERS_KEPT, Store, after, item};
use crate::{
    act::Act,
    error::{OperationError, Result},
    letter::{Attributes, Letter},
};

/// Bytes of a body that an item takes: it has 400 KB at most, with its keys (AWS: DynamoDB,
/// quotas).
const PART_BYTES: usize = 350_000;

/// What is being done with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// It goes back to its consumer's queue.
    Redrive,
    /// An edited letter takes its place.
    Edit,
    /// The same, as a new event that it has caused.
    EditAsNew,
    /// It goes.
    Drop,
}

impl Kind {
    /// What has been done with a letter then.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Redrive => "redriven",
            Self::Edit => "edited",
            Self::EditAsNew => "edited, as a new event",
            Self::Drop => "dropped",
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// It is begun, and may have happened: whoever comes next goes on with it.
    Begun,
    /// It has happened. If the letter is still in its queue, it only has to be deleted.
    Done,
    /// It is being brought back.
    Restoring,
    /// It is in its queue again, as a letter of another id.
    Restored,
}

/// A letter, as it was, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Archived {
    /// Its id.
    pub letter: String,
    /// The queue that it was in.
    pub queue: String,
    /// Whose it was.
    pub consumer: String,
    /// What was done with it.
    pub kind: Kind,
    /// How far that is.
    pub stage: Stage,
    /// By which act.
    pub act: String,
    /// By whom.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// What travelled with it.
    pub attributes: Attributes,
    /// Its message group.
    pub message_group: Option<String>,
    /// The group that waited behind it.
    pub group: Option<String>,
    /// Which message it is.
    pub message: String,
    /// The event's key.
    pub event: Option<String>,
    /// The event's type.
    pub event_type: Option<String>,
    /// Why it was a letter.
    pub cause: String,
    before: usize,
    after: usize,
}

impl Archived {
    /// A letter with which this act begins.
    #[must_use]
    pub fn of(letter: &Letter, kind: Kind, act: &Act, now: Timestamp) -> Self {
        Self {
            letter: letter.id.clone(),
            queue: letter.queue.name.clone(),
            consumer: letter.queue.consumer.to_owned(),
            kind,
            stage: Stage::Begun,
            act: act.id.clone(),
            who: act.who.clone(),
            why: act.why.clone(),
            at: now,
            sent: letter.sent,
            attributes: letter.attributes.clone(),
            message_group: letter.message_group.clone(),
            group: letter.group().map(ToOwned::to_owned),
            message: letter.message(),
            event: letter.key(),
            event_type: letter.event_type().map(ToOwned::to_owned),
            cause: letter.cause().reason.into_owned(),
            before: 0,
            after: 0,
        }
    }
}

impl Store {
    /// Keeps a letter, and what it is edited to. Answers what is kept: of two who begin at once,
    /// the first's.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn archive(
        &self,
        mut archived: Archived,
        body: &str,
        edited: Option<&str>,
        now: Timestamp,
    ) -> Result<Archived> {
        archived.before = self.put_body(&archived, "before", body, now).await?;
        if let Some(edited) = edited {
            archived.after = self.put_body(&archived, "after", edited, now).await?;
        }
        let (partition, expires) = (letters(&archived.queue), after(now, LETTERS_KEPT));
        let put = self.dynamodb.put_item().table_name(&self.table);
        let put = put
            .set_item(Some(item(&partition, &archived.letter, &archived, expires)?))
            .condition_expression("attribute_not_exists(#item)")
            .expression_attribute_names("#item", "item");
        match put.send().await {
            Ok(_) => Ok(archived),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => {
                    let there = self.archived(&archived.queue, &archived.letter).await?;
                    Ok(there.unwrap_or(archived))
                }
                _ => Err(self.failed(error)),
            },
        }
    }

    /// Says how far an act on a letter is. Only who has the queue's lock does.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn reach(&self, archived: &mut Archived, stage: Stage, now: Timestamp) -> Result<()> {
        archived.stage = stage;
        let partition = letters(&archived.queue);
        self.put(&partition, &archived.letter, archived, after(now, LETTERS_KEPT))
            .await
    }

    /// A letter that was acted on.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn archived(&self, queue: &str, letter: &str) -> Result<Option<Archived>> {
        self.one(&letters(queue), letter).await
    }

    /// Every letter of a queue that was acted on and is still kept.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn archive_of(&self, queue: &str) -> Result<Vec<Archived>> {
        self.all(&letters(queue), false, usize::MAX).await
    }

    /// The body of a letter, as it was.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a part is gone.
    pub async fn body(&self, archived: &Archived) -> Result<String> {
        self.get_body(archived, "before", archived.before).await
    }

    /// What a letter was edited to.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a part is gone.
    pub async fn edited(&self, archived: &Archived) -> Result<String> {
        self.get_body(archived, "after", archived.after).await
    }

    async fn put_body(&self, archived: &Archived, which: &str, body: &str, now: Timestamp) -> Result<usize> {
        let parts = parts(body);
        for (index, part) in parts.iter().enumerate() {
            // A body of its own for each act: who was slower must not change what the faster one
            // has kept.
            let sort = format!("{}#{which}#{index:04}", archived.act);
            self.put(&bodies(archived), &sort, part, after(now, LETTERS_KEPT))
                .await?;
        }
        Ok(parts.len())
    }

    async fn get_body(&self, archived: &Archived, which: &str, parts: usize) -> Result<String> {
        let mut body = String::new();
        for index in 0..parts {
            let sort = format!("{}#{which}#{index:04}", archived.act);
            let part: Option<String> = self.one(&bodies(archived), &sort).await?;
            let gone =
                || OperationError::Refused(format!("the body of {} is not kept any more", archived.letter));
            body.push_str(&part.ok_or_else(gone)?);
        }
        Ok(body)
    }
}

fn letters(queue: &str) -> String {
    format!("letters#{queue}")
}

fn bodies(archived: &Archived) -> String {
    format!("body#{}#{}", archived.queue, archived.letter)
}

/// A body in parts, each of which fits an item as a JSON text does: control characters and quotes
/// take more room there.
fn parts(body: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (at, letter) in body.char_indices() {
        let room = match letter {
            '"' | '\\' => 2,
            letter if letter < ' ' => 6,
            letter => letter.len_utf8(),
        };
        if bytes + room > PART_BYTES {
            parts.push(&body[begin..at]);
            (begin, bytes) = (at, 0);
        }
        bytes += room;
    }
    parts.push(&body[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_split_where_it_has_to_be_and_is_whole_again() {
        assert_eq!(parts(""), [""]);
        for body in [
            "é".repeat(524_288),
            "\"".repeat(1_048_576),
            "\u{1}".repeat(200_000),
        ] {
            let parts = parts(&body);
            assert_eq!(parts.concat(), body);
            let sizes = parts
                .iter()
                .map(|part| serde_json::to_string(part).unwrap().len());
            assert!(sizes.max().unwrap() < 400 * 1024);
        }
    }
}
