//! Effects as data: what a consumer wants written, committed together with its idempotency record.
//!
//! A transactional consumer does no I/O. It returns [`Effects`], and the runtime commits them, the events
//! that it emits and the record in one `TransactWriteItems`: either everything happened, once, or nothing.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Command, Event, Failure, Outgoing, catalogue::Table};

/// An item, or the key of one: attribute names and plain JSON values. Integers stay exact.
pub type Item = Map<String, Value>;

/// What is to be written and published because of one event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// Writes to tables, at most one to an item (a DynamoDB transaction refuses two).
    pub writes: Vec<Write>,
    /// Events to publish.
    pub events: Vec<Outgoing>,
    /// Events to append to the event store, from which they are published.
    pub appends: Vec<Append>,
    /// The answer to a command, kept in its record and sent to who asked.
    pub answer: Option<Value>,
    /// Whether the handler came to them without asking its provider ([`Effects::unasked`]).
    pub unasked: bool,
}

/// One event for the event store.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// The event; its aggregate must not have one of this number yet.
    pub event: Outgoing,
    /// What it means that there is one.
    pub otherwise: Otherwise,
}

/// One write.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The table, by its name in the catalogue.
    pub table: &'static str,
    /// What is done.
    pub action: Action,
    /// What must hold for it, if anything.
    pub condition: Option<(Condition, Otherwise)>,
}

/// What a write does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Puts the item in place of what is there.
    Put(Item),
    /// Sets attributes of the item with this key, and adds to numbers of it (absent counts as 0).
    Update {
        /// The item's key.
        key: Item,
        /// Attributes to set.
        set: Item,
        /// Numbers to add to.
        add: Vec<(String, i64)>,
    },
    /// Deletes the item with this key.
    Delete(Item),
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The item is not there yet, or has no such attribute; names its partition key, or an attribute.
    Absent(&'static str),
    /// The item holds no such number, or a smaller one: an event that is newer than a projection.
    Newer {
        /// The attribute that holds the number.
        attribute: &'static str,
        /// The number that must be greater.
        than: i64,
    },
}

/// What it means that a write's condition does not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Otherwise {
    /// The event has been overtaken: it counts as done, and nothing is written but its record.
    Superseded,
    /// The event fails so.
    Fail(Failure),
    /// This is wanted instead: a command that the state refuses, with the answer that says so. Only for a transactional consumer: what a
    /// leased one has done outside, nothing can stand for.
    Instead(Box<Effects>),
}

impl Effects {
    /// Nothing to write and nothing to publish.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The handler has not asked its provider: there was nothing to do outside. Such a success does not tell whether the provider answers, and
    /// leaves [the breaker](crate::breaker) of a leased consumer as it is.
    #[must_use]
    pub fn unasked(self) -> Self {
        Self {
            unasked: true,
            ..self
        }
    }

    /// Puts an item.
    ///
    /// # Errors
    /// When the item does not serialise to a JSON object.
    pub fn put(self, table: &Table, item: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(self.write(table, Action::Put(object(item)?), None))
    }

    /// Puts an item if `condition` holds.
    ///
    /// # Errors
    /// When the item does not serialise to a JSON object.
    pub fn put_if(
        self,
        table: &Table,
        item: &impl Serialize,
        condition: Condition,
        otherwise: Otherwise,
    ) -> Result<Self, serde_json::Error> {
        Ok(self.write(table, Action::Put(object(item)?), Some((condition, otherwise))))
    }

    /// Adds to the numbers of the item with this key.
    ///
    /// # Errors
    /// When the key does not serialise to a JSON object.
    pub fn add(
        self,
        table: &Table,
        key: &impl Serialize,
        numbers: &[(&str, i64)],
    ) -> Result<Self, serde_json::Error> {
        let add = numbers
            .iter()
            .map(|(name, by)| ((*name).to_owned(), *by))
            .collect();
        Ok(self.write(
            table,
            Action::Update {
                key: object(key)?,
                set: Item::new(),
                add,
            },
            None,
        ))
    }

    /// Publishes `event` as number `aggregate_version` of its aggregate's history.
    ///
    /// # Errors
    /// When the event does not serialise.
    pub fn emit<E: Event>(mut self, event: &E, aggregate_version: u32) -> Result<Self, serde_json::Error> {
        self.events.push(Outgoing::new(event, aggregate_version)?);
        Ok(self)
    }

    /// Appends `event` to its aggregate's history in the event store, as number `aggregate_version`; the consumer declares that it
    /// writes the table [`EVENTS`](crate::catalogue::EVENTS). Unlike [`emit`](Self::emit) it can be refused: `otherwise` says
    /// what it means that the aggregate has an event of this number already.
    ///
    /// # Errors
    /// When the event does not serialise.
    pub fn append<E: Event>(
        mut self,
        event: &E,
        aggregate_version: u32,
        otherwise: Otherwise,
    ) -> Result<Self, serde_json::Error> {
        let event = Outgoing::new(event, aggregate_version)?;
        self.appends.push(Append { event, otherwise });
        Ok(self)
    }

    /// Answers the command `C`, accepted or refused. The answer is kept in the command's record, in the same transaction, and sent to
    /// who asked; a command that is sent again gets it again.
    ///
    /// # Errors
    /// When the answer does not serialise.
    pub fn answer<C: Command>(mut self, answer: &C::Answer) -> Result<Self, serde_json::Error> {
        self.answer = Some(serde_json::to_value(answer)?);
        Ok(self)
    }

    fn write(mut self, table: &Table, action: Action, condition: Option<(Condition, Otherwise)>) -> Self {
        self.writes.push(Write {
            table: table.name,
            action,
            condition,
        });
        self
    }
}

fn object(value: &impl Serialize) -> Result<Item, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(value)?)
}
