//! The record as an item, and the conditions that guard it.
//!
//! No attribute's name is a reserved word of DynamoDB, so that the expressions read as they are.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tidings_core::protocol::{Record, Status};

use super::{Key, Try, expires, number};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The rule of `protocol::claim`, less the claimant's own lost answer, which `ALL_OLD` tells.
pub(super) const CLAIMABLE: &str = "attribute_not_exists(event) OR expires <= :now_s OR record_status = :failed \
     OR (record_status = :in_progress AND lease_until <= :now)";

/// The guard of every later write, `protocol::owns`: a worker that lost its lease must never overwrite its
/// successor.
pub(super) const OWNED: &str = "owner_token = :owner AND record_status = :in_progress";

pub(super) fn key(key: &Key) -> Item {
    [("event", key.event.as_str()), ("consumer", key.consumer)]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .into()
}

/// An update of a record: expression, condition and the values that they name.
pub(super) struct Statement {
    pub(super) update: String,
    pub(super) condition: &'static str,
    pub(super) values: Item,
}

impl Statement {
    /// `SET <assignments>` under `condition`.
    pub(super) fn set(assignments: &str, condition: &'static str) -> Self {
        Self {
            update: format!("SET {assignments}"),
            condition,
            values: Item::new(),
        }
    }

    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.value(name, AttributeValue::S(value.to_owned()))
    }

    /// Assigns one more attribute, if there is something to assign.
    pub(super) fn and(mut self, name: &str, value: Option<&str>) -> Self {
        let Some(value) = value else { return self };
        self.update = format!("{}, {name} = :{name}", self.update);
        self.text(&format!(":{name}"), value)
    }

    pub(super) fn time(self, name: &str, value: Timestamp) -> Self {
        self.value(name, number(value.as_millisecond()))
    }

    /// The values that a first write of a record needs ([`begun`]).
    pub(super) fn begun_by(self, attempt: &Try) -> Self {
        self.text(":owner", &attempt.owner)
            .time(":now", attempt.now)
            .time(":sent", attempt.sent)
            .value(":now_s", number(attempt.now.as_second()))
            .value(":expires", number(expires(attempt.now).as_second()))
            .value(":zero", number(0))
            .value(":one", number(1))
            .text(":in_progress", Status::InProgress.as_str())
            .text(":failed", Status::Failed.as_str())
    }
}

/// The assignments of a first write of a record, whichever status it gives.
pub(super) fn begun(status: &str) -> String {
    format!(
        "record_status = {status}, owner_token = :owner, claimed_at = :now, expires = :expires, \
         sent_at = if_not_exists(sent_at, :sent), begun_at = if_not_exists(begun_at, :now), \
         attempts = if_not_exists(attempts, :zero) + :one"
    )
}

/// The answer that a completed record keeps.
pub(super) fn answer(item: &Item) -> Option<String> {
    item.get("answer")?.as_s().ok().cloned()
}

/// Reads a record; none where the item is not one of this project's.
pub(super) fn record(item: &Item) -> Option<Record> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let time = |name: &str| time(item, name);
    let integer = |name: &str| integer(item, name);
    Some(Record {
        status: Status::parse(text("record_status")?)?,
        owner: text("owner_token")?.clone(),
        lease_until: time("lease_until").unwrap_or(Timestamp::UNIX_EPOCH),
        attempts: integer("attempts")
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0),
        expires: Timestamp::from_second(integer("expires")?).ok()?,
        first_failed: time("first_failed_at"),
        last_error: text("last_error").cloned(),
    })
}

/// How many tries have begun since one was last heard of.
pub(super) fn unheard(item: &Item) -> Option<u32> {
    u32::try_from(integer(item, "unheard")?).ok()
}

/// An attribute that is a time, in milliseconds.
pub(super) fn time(item: &Item, name: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(integer(item, name)?).ok()
}

fn integer(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
