//! What must hold: when a message is acknowledged, and when nothing is in flight any more.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::Deserialize;
use tidings_aws::idempotency::{IdempotencyTable, Key};
use tidings_bus::{Bus, HandleStream};
use tidings_core::{
    Consumer, Envelope,
    catalogue::{IDEMPOTENCY, OUTBOX},
    protocol::{Record, Status},
};

use crate::{
    consumers::{EFFECTS, Look, Ring, Tally},
    ledger::Ledger,
};

/// The state of the world, seen past every fault.
pub(crate) struct Truth {
    pub(crate) dynamodb: Client,
    pub(crate) bus: Arc<Bus>,
    pub(crate) ledger: Arc<Ledger>,
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

    /// **Nothing is acknowledged without being completed, a duplicate of what is completed, or in the dead-letter queue.**
    pub(crate) async fn acknowledged(&self, consumer: &'static str, body: &str) {
        let Ok(event) = Envelope::parse(body) else { return };
        let done = match consumer {
            Look::NAME => self.ledger.seen(&event.id) > 0,
            _ => self
                .record(consumer, &event)
                .await
                .is_some_and(|record| record.status == Status::Completed),
        };
        if !done && self.dead(consumer, &event).is_none() {
            self.ledger.violation(format!(
                "{consumer}: {} acknowledged, and neither done nor set aside",
                event.id
            ));
        }
    }

    /// What must hold of every published event once nothing is in flight. Answers how many events the
    /// transactional consumer has completed.
    pub(crate) async fn settled(&self, events: &[Envelope]) -> u64 {
        let mut completed = 0;
        for event in events {
            let tallied = self.ended(Tally::NAME, event).await;
            completed += u64::from(tallied);
            let runs = self.runs(event).await;
            if runs != u32::from(tallied) {
                self.ledger.violation(format!(
                    "tally: {} is done: {tallied}, and its effect is there {runs} times",
                    event.id
                ));
            }
            let rung = self.ended(Ring::NAME, event).await;
            if rung && self.ledger.begun(event.subject.as_deref().unwrap_or_default()) == 0 {
                self.ledger.violation(format!(
                    "ring: {} is done, and its effect was never begun",
                    event.id
                ));
            }
        }
        self.emitted(events).await;
        completed
    }

    /// The events that a consumer has set aside.
    pub(crate) fn set_aside<'a>(&self, consumer: &str, events: &'a [Envelope]) -> Vec<&'a Envelope> {
        events
            .iter()
            .filter(|event| self.dead(consumer, event) == Some(true))
            .collect()
    }

    /// **What failed can be redriven**: mended and redriven, it is done, unless it failed so often that the redrive policy took it.
    pub(crate) async fn redriven(&self, consumer: &'static str, event: &Envelope, times_dead: usize) {
        let done = self
            .record(consumer, event)
            .await
            .is_some_and(|record| record.status == Status::Completed);
        if !done && self.times_dead(consumer, event) == times_dead {
            self.ledger.violation(format!(
                "{consumer}: {} was redriven, and neither done nor dead again",
                event.id
            ));
        }
    }

    /// **An expired record does not block**: a copy of the event that comes when it has expired is handled, once, unless its
    /// handling was begun and failed so often that the redrive policy took it.
    pub(crate) async fn outlived(&self, event: &Envelope, runs_before: u32, times_dead: usize) {
        let runs = self.runs(event).await;
        let begun_again = self
            .record(Tally::NAME, event)
            .await
            .is_none_or(|record| record.status != Status::Completed);
        let taken = begun_again && self.times_dead(Tally::NAME, event) > times_dead;
        if runs != runs_before + 1 && !(taken && runs == runs_before) {
            self.ledger.violation(format!(
                "tally: {} came when its record had expired, and its effect happened {} times",
                event.id,
                runs - runs_before
            ));
        }
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
            None => self.ledger.violation(format!("{consumer}: {} is lost", event.id)),
            Some(cause) if cause || caused => {}
            Some(_) => self
                .ledger
                .violation(format!("{consumer}: {} is dead without a cause", event.id)),
        }
        done
    }

    /// How often the transactional effect of the event is there.
    pub(crate) async fn runs(&self, event: &Envelope) -> u32 {
        let id = AttributeValue::S(event.subject.clone().unwrap_or_default());
        let item = self
            .dynamodb
            .get_item()
            .table_name(EFFECTS.name)
            .key("id", id)
            .send()
            .await;
        let runs = item
            .ok()
            .and_then(|answer| answer.item?.get("runs")?.as_n().ok()?.parse().ok());
        runs.unwrap_or(0)
    }

    /// **Every emitted event reaches its consumers**: two for each event that was tallied, and each seen or set aside.
    async fn emitted(&self, events: &[Envelope]) {
        let scanned = self.dynamodb.scan().table_name(OUTBOX.name).send().await;
        let entries = scanned.ok().and_then(|scan| scan.items).unwrap_or_default();
        let mut causes: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &entries {
            let text = entry.get("envelope").and_then(|envelope| envelope.as_s().ok());
            let Some(emitted) = text.and_then(|text| Envelope::parse(text).ok()) else {
                self.ledger.violation("an outbox entry holds no event");
                continue;
            };
            *causes
                .entry(emitted.causationid.clone().unwrap_or_default())
                .or_default() += 1;
            if entry.contains_key("pending") {
                self.ledger.violation(format!(
                    "the emitted event {} is still to be published",
                    emitted.id
                ));
            }
            if self.ledger.seen(&emitted.id) == 0 && self.dead(Look::NAME, &emitted).is_none() {
                self.ledger
                    .violation(format!("look: the emitted event {} is lost", emitted.id));
            }
        }
        for event in events {
            let (told, due) = (
                causes.get(&event.id).copied().unwrap_or(0),
                2 * self.runs(event).await.min(1),
            );
            if told != due {
                self.ledger.violation(format!(
                    "tally: {} was to cause {due} events, and {told} are in the outbox",
                    event.id
                ));
            }
        }
    }
}

/// **A completed record is never reopened**: reads every change of the idempotency table, in order.
pub(crate) struct History {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) completed: Mutex<BTreeMap<(String, String), bool>>,
}

#[derive(Deserialize)]
struct Change {
    event: String,
    consumer: String,
    record_status: String,
}

#[async_trait]
impl HandleStream for History {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let mut completed = self.completed.lock().unwrap_or_else(PoisonError::into_inner);
        for record in batch.records {
            let Ok(change) = serde_dynamo::from_item::<_, Change>(record.change.new_image) else {
                continue;
            };
            let key = (change.event, change.consumer);
            if completed.get(&key).copied().unwrap_or(false) {
                self.ledger
                    .violation(format!("{}: {} was written after it was completed", key.1, key.0));
            }
            completed.insert(key, change.record_status == Status::Completed.as_str());
        }
        DynamoDbEventResponse::default()
    }
}
