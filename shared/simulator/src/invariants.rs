//! What must hold: when a message is acknowledged, and when nothing is in flight any more.
//!
//! [`acknowledged`] is asked whenever a message is, and after a redrive; [`events`] and [`readers`] once nothing is in flight: of what was
//! published and caused, and of commands and views; [`history`] reads every change of a record; [`traces`] asks afterwards what became of it.

mod acknowledged;
mod events;
mod history;
mod kept;
mod readers;
mod traces;

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Select},
};
use tidings_aws::idempotency::{IdempotencyTable, Key};
use tidings_bus::Bus;
use tidings_core::{
    Envelope,
    catalogue::IDEMPOTENCY,
    protocol::{Record, Status},
};

use crate::{consumers::EFFECTS, ledger::Ledger, line::Line, rule::Rule};

pub(crate) use history::History;
pub(crate) use traces::Withheld;

/// The state of the world, seen past every fault.
pub(crate) struct Truth {
    pub(crate) dynamodb: Client,
    pub(crate) bus: Arc<Bus>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) line: Arc<Line>,
}

impl Truth {
    async fn record(&self, consumer: &'static str, event: &Envelope) -> Option<Record> {
        let key = Key {
            event: event.key(),
            consumer,
        };
        let records = IdempotencyTable::new(self.dynamodb.clone(), IDEMPOTENCY.name);
        records.get(&key).await.ok().flatten()
    }

    /// Whether the event, by its id, is in the consumer's dead-letter queue with a cause in the letter; none
    /// where it is not there at all.
    fn dead(&self, consumer: &str, event: &Envelope) -> Option<bool> {
        let dead = self.bus.dead_letters(consumer).ok()?;
        let quoted = format!("\"{}\"", event.id);
        let own = dead.iter().filter(|dead| dead.body.contains(&quoted));
        own.map(|dead| {
            dead.letter
                .as_ref()
                .is_some_and(|letter| !letter.reason.is_empty())
        })
        .max()
    }

    /// The events that a consumer has set aside.
    pub(crate) fn set_aside<'a>(&self, consumer: &str, events: &'a [Envelope]) -> Vec<&'a Envelope> {
        events
            .iter()
            .filter(|event| self.dead(consumer, event) == Some(true))
            .collect()
    }

    /// How often the event is in the consumer's dead-letter queue.
    pub(crate) fn times_dead(&self, consumer: &str, event: &Envelope) -> usize {
        let quoted = format!("\"{}\"", event.id);
        let dead = self.bus.dead_letters(consumer).unwrap_or_default();
        dead.iter().filter(|dead| dead.body.contains(&quoted)).count()
    }

    /// **Every event is, for each consumer, completed or in its dead-letter queue with a cause.** Answers whether it is completed.
    async fn ended(&self, consumer: &'static str, event: &Envelope) -> bool {
        let record = self.record(consumer, event).await;
        let done = record
            .as_ref()
            .is_some_and(|record| record.status == Status::Completed);
        let caused = record.and_then(|record| record.last_error).is_some();
        match self.dead(consumer, event) {
            _ if done => {}
            None => self
                .ledger
                .violation(Rule::NothingIsLost, format!("{consumer}: {} is lost", event.id)),
            Some(cause) if cause || caused => {}
            Some(_) => {
                let seen = format!("{consumer}: {} is dead without a cause", event.id);
                self.ledger.violation(Rule::DeadHasItsCause, seen);
            }
        }
        done
    }

    /// How often the transactional effect of the event is there.
    pub(crate) async fn runs(&self, event: &Envelope) -> u32 {
        let id = event.subject.as_deref().unwrap_or_default();
        self.number(EFFECTS.name, ("id", id), "runs")
            .await
            .try_into()
            .unwrap_or(0)
    }

    /// A number of an item, 0 where there is none.
    async fn number(&self, table: &str, (key, id): (&str, &str), number: &str) -> i64 {
        let get = self.dynamodb.get_item().table_name(table);
        let item = get.key(key, AttributeValue::S(id.to_owned())).send().await;
        let found = item
            .ok()
            .and_then(|answer| answer.item?.get(number)?.as_n().ok()?.parse().ok());
        found.unwrap_or(0)
    }

    /// Whether something of this table is to be published.
    pub(crate) async fn is_pending(&self, table: &str) -> bool {
        let scan = self.dynamodb.scan().table_name(table).select(Select::Count);
        let scan = scan.filter_expression("attribute_exists(pending)").send().await;
        scan.expect("the embedded database reads").count > 0
    }
}
