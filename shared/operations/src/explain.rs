//! Explaining: what a redrive of a letter would do *now*, from the idempotency record, the line of
//! its group, the contracts and the keys.

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use tidings_aws::{
    idempotency::{Group, Key},
    personal::Kept,
};
use tidings_core::{
    Envelope, Failure,
    protocol::{RECORD_LIFETIME, Status},
};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    Desk,
    error::{OperationError, Result},
    letter::Letter,
    roster::{Consumer, Guarantee, Repeat},
    store::{Archived, Stage},
};

/// Letters that are explained at once.
const AT_ONCE: usize = 16;

/// What a redrive of a letter would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// Which letter.
    pub letter: String,
    /// Whose.
    pub consumer: String,
    /// The event's key.
    pub event: Option<String>,
    /// What becomes of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What is to be known besides.
    pub remarks: Vec<Remark>,
    /// How often it has been tried, as its record says.
    pub attempts: u32,
}

/// What becomes of a letter that is redriven now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
    /// Its consumer has done the event: it is acknowledged, and nothing happens.
    AlreadyCompleted,
    /// It is begun.
    Begins {
        /// What that means for its effect.
        effect: Effect,
    },
    /// Another worker has the event.
    InProgress {
        /// Until then.
        until: Timestamp,
    },
    /// It comes back as a letter: as it is, its consumer cannot take it.
    SetAsideAgain {
        /// Why.
        why: String,
    },
    /// It waits in its queue until a letter of its group is redriven or dropped.
    WaitsBehind {
        /// Which message.
        predecessor: String,
        /// Since when that is a letter.
        since: Timestamp,
    },
    /// An operator has begun something with it: the next act on its queue goes on with that first.
    UnderAct {
        /// Which act.
        act: String,
        /// Whose.
        who: String,
        /// What has been done with it then.
        done: String,
    },
    /// It is the cause of another letter, whose body left no room for it. A redrive leaves it; drop
    /// it when the other is done.
    IsANote,
}

/// What it means that a letter is begun again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Effect and record commit together: it happens once.
    Once,
    /// What an earlier try has brought about, the provider knows by its key.
    ProviderKnows,
    /// What an earlier try has brought about can happen a second time.
    MayRepeat,
    /// Twice leaves what once leaves.
    Natural,
}

/// What is to be known besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "remark", rename_all = "camelCase")]
pub enum Remark {
    /// A person of whom it tells is erased: their values cannot be read, and the consumer says what
    /// then.
    Erased {
        /// Who.
        person: String,
    },
    /// Personal values in it cannot be opened, and nobody has erased the person.
    KeyLost {
        /// Who.
        person: String,
        /// What is missing.
        why: String,
    },
    /// Its aggregate has gone on: who keeps only the newest passes over it.
    Superseded {
        /// The aggregate's newest version.
        by: u32,
    },
    /// It is older than records live: if it was done, nobody knows.
    RecordForgotten,
    /// Its data is too large to travel, and is kept elsewhere.
    DataElsewhere,
}

impl Outcome {
    /// Whether a redrive can do anything for the letter.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        matches!(self, Self::SetAsideAgain { .. } | Self::IsANote)
    }

    /// In words.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::AlreadyCompleted => "already completed: acknowledged, and nothing happens".to_owned(),
            Self::Begins { effect } => match effect {
                Effect::Once => "begins again; its effect happens once (transactional)".to_owned(),
                Effect::ProviderKnows => {
                    "begins again; what was done outside before, the provider knows by its key".to_owned()
                }
                Effect::MayRepeat => "begins again, and its effect may happen a second time".to_owned(),
                Effect::Natural => "begins again; twice leaves what once leaves (natural)".to_owned(),
            },
            Self::InProgress { until } => format!("another worker has it until {until}; then it comes back"),
            Self::SetAsideAgain { why } => format!("comes back as a letter: {why}"),
            Self::WaitsBehind { predecessor, since } => {
                format!(
                    "waits behind {predecessor}, a letter of its group since {since}: redrive or drop that first"
                )
            }
            Self::UnderAct { act, who, done } => {
                format!(
                    "{who} has begun to have it {done} (act {act}); the next act on its queue goes on with that"
                )
            }
            Self::IsANote => {
                "it is the cause of another letter, not a message: drop it when the other is done".to_owned()
            }
        }
    }
}

impl Remark {
    /// In words.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Erased { person } => {
                format!("{person} is erased: their values cannot be read, and the consumer says what then")
            }
            Self::KeyLost { person, why } => format!("sealed values of {person} cannot be opened: {why}"),
            Self::Superseded { by } => {
                format!(
                    "its aggregate is at version {by}: a consumer that keeps only the newest passes over it"
                )
            }
            Self::RecordForgotten => {
                "older than records live (45 days): if it was done, nobody knows any more".to_owned()
            }
            Self::DataElsewhere => "its data is large, and is in the claim check's bucket".to_owned(),
        }
    }
}

impl Desk {
    /// What a redrive of these letters would do now, in their order.
    ///
    /// # Errors
    /// When a table does not answer.
    pub async fn explain(&self, letters: &[Letter]) -> Result<Vec<Explained>> {
        // Made before they are driven: a closure in the stream would have to be one of any lifetime.
        let explaining: Vec<_> = letters.iter().map(|letter| self.explain_one(letter)).collect();
        let explained: Vec<_> = stream::iter(explaining).buffered(AT_ONCE).collect().await;
        explained.into_iter().collect()
    }

    async fn explain_one(&self, letter: &Letter) -> Result<Explained> {
        let unknown = || OperationError::Refused(format!("there is no consumer {}", letter.queue.consumer));
        let consumer = self.roster.consumer(letter.queue.consumer).ok_or_else(unknown)?;
        let (outcome, attempts) = self.outcome(consumer, letter).await?;
        let remarks = match &letter.event {
            Ok(event) => self.remarks(consumer, event).await?,
            Err(_) => Vec::new(),
        };
        Ok(Explained {
            letter: letter.id.clone(),
            consumer: consumer.name.to_owned(),
            event: letter.key(),
            outcome,
            remarks,
            attempts,
        })
    }

    pub(crate) async fn outcome(&self, consumer: &Consumer, letter: &Letter) -> Result<(Outcome, u32)> {
        if let Some(archived) = self.store.archived(&letter.queue.name, &letter.id).await? {
            return Ok((under_act(&archived), 0));
        }
        if letter.is_note() {
            return Ok((Outcome::IsANote, 0));
        }
        let event = match readable(&self.roster, consumer, letter) {
            Ok(event) => event,
            Err(why) => return Ok((Outcome::SetAsideAgain { why }, 0)),
        };
        let now = self.now();
        let key = Key {
            event: event.key(),
            consumer: consumer.name,
        };
        let record = self
            .records
            .get(&key)
            .await
            .map_err(failed("the idempotency table"))?;
        let record = record.filter(|record| record.expires > now);
        let attempts = record.as_ref().map_or(0, |record| record.attempts);
        match record {
            Some(record) if record.status == Status::Completed => {
                return Ok((Outcome::AlreadyCompleted, attempts));
            }
            Some(record) if record.status == Status::InProgress && record.lease_until > now => {
                let until = record.lease_until;
                return Ok((Outcome::InProgress { until }, attempts));
            }
            _ => {}
        }
        if let Some(behind) = self.predecessor(consumer, letter, now).await? {
            return Ok((behind, attempts));
        }
        let effect = effect(consumer);
        Ok((Outcome::Begins { effect }, attempts))
    }

    /// The letter of its group that stands before it.
    async fn predecessor(
        &self,
        consumer: &Consumer,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Option<Outcome>> {
        let Some(group) = letter.group() else {
            return Ok(None);
        };
        let group = Group {
            name: group.to_owned(),
            consumer: consumer.name,
        };
        let line = self
            .records
            .line(&group, now)
            .await
            .map_err(failed("the idempotency table"))?;
        let mut before = line
            .into_iter()
            .take_while(|place| place.message != letter.message());
        let before = before.find(|place| place.holds);
        Ok(before.map(|first| Outcome::WaitsBehind {
            predecessor: first.message,
            since: first.since,
        }))
    }

    async fn remarks(&self, consumer: &Consumer, event: &Envelope) -> Result<Vec<Remark>> {
        let mut remarks = Vec::new();
        if event.is_light() {
            remarks.push(Remark::DataElsewhere);
        }
        let age = event.time.map(|time| self.now().duration_since(time));
        if age.is_some_and(|age| age.unsigned_abs() > RECORD_LIFETIME && age.is_positive()) {
            remarks.push(Remark::RecordForgotten);
        }
        if let Some(by) = self
            .newest(event)
            .await?
            .filter(|newest| Some(*newest) > event.aggregateversion)
        {
            remarks.push(Remark::Superseded { by });
        }
        if consumer.opens() && event.may_hold_sealed() {
            for person in event.persons() {
                remarks.extend(self.sealed(event, person).await?);
            }
        }
        Ok(remarks)
    }

    /// What there is to say of a person's sealed values.
    async fn sealed(&self, event: &Envelope, person: String) -> Result<Option<Remark>> {
        let lost = |why: &str| Remark::KeyLost {
            person: person.clone(),
            why: why.to_owned(),
        };
        Ok(
            match self
                .keys
                .get(&person)
                .await
                .map_err(failed("the keys of persons"))?
            {
                Some(Kept::Erased(_)) => Some(Remark::Erased { person }),
                None => Some(lost(
                    "there is neither a key nor a tombstone of them; restore the table of keys (KeyMissing)",
                )),
                Some(Kept::Key { .. }) => match &self.keyring {
                    None => None,
                    Some(keyring) => match keyring.open(event.clone()).await {
                        Ok(_) => None,
                        Err(failure) => Some(lost(failure.reason())),
                    },
                },
            },
        )
    }

    /// The newest version of the event's aggregate, where the event store has it.
    async fn newest(&self, event: &Envelope) -> Result<Option<u32>> {
        let (Some(aggregate), Some(subject), Some(_)) =
            (&event.aggregatetype, &event.subject, event.aggregateversion)
        else {
            return Ok(None);
        };
        let key = format!("{aggregate}#{subject}");
        let query = self.events.dynamodb.query().table_name(&self.events.table);
        let query = query
            .key_condition_expression("aggregate_key = :aggregate")
            .expression_attribute_values(":aggregate", AttributeValue::S(key))
            .projection_expression("#position")
            .expression_attribute_names("#position", "position")
            .scan_index_forward(false)
            .limit(1);
        let newest = query.send().await;
        let newest = newest.map_err(|error| failed("the event store")(Failure::from(error)))?;
        let position = newest
            .items()
            .first()
            .and_then(|item| item.get("position")?.as_s().ok());
        Ok(position.and_then(|position| position.parse().ok()))
    }
}

/// The event, or why its consumer cannot take it: the rules of `Incoming::decode`, without the
/// code.
fn readable<'l>(
    roster: &crate::Roster,
    consumer: &Consumer,
    letter: &'l Letter,
) -> Result<&'l Envelope, String> {
    let event = letter
        .event
        .as_ref()
        .map_err(|why| format!("it is no event: {why}"))?;
    let (name, version) = (event.event_type.as_str(), event.schemaversion);
    if !consumer.takes.matches(name) {
        return Err(format!("{} does not take {name} (any more)", consumer.name));
    }
    match consumer.knows(name) {
        Some(known) if event.minreader > known => {
            let minreader = event.minreader;
            return Err(format!(
                "{name} asks for a reader of version {minreader}, and {} knows version {known}: deploy a newer one",
                consumer.name
            ));
        }
        _ => {}
    }
    if roster.is_unreadable(name, version) {
        return Err(format!("{name} version {version} is read by nobody any more"));
    }
    Ok(event)
}

fn under_act(archived: &Archived) -> Outcome {
    let done = match archived.stage {
        Stage::Restoring | Stage::Restored => "brought back".to_owned(),
        Stage::Begun | Stage::Done => archived.kind.done().to_owned(),
    };
    Outcome::UnderAct {
        act: archived.act.clone(),
        who: archived.who.clone(),
        done,
    }
}

fn effect(consumer: &Consumer) -> Effect {
    match (consumer.guarantee, consumer.repeat) {
        (Guarantee::Transactional, _) | (_, Some(Repeat::OnlyReads)) => Effect::Once,
        (Guarantee::Natural, _) => Effect::Natural,
        (Guarantee::Leased, Some(Repeat::ProviderKey)) => Effect::ProviderKnows,
        (Guarantee::Leased, Some(Repeat::MayRepeat) | None) => Effect::MayRepeat,
    }
}

fn failed(what: &'static str) -> impl FnOnce(Failure) -> OperationError {
    OperationError::of(what)
}
