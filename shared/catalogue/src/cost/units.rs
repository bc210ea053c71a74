//! Calls and units of one step, as `docs/guarantees.md` says them.

use std::ops::{AddAssign, Mul};

use serde::Serialize;

use super::Assumptions;
use crate::document::{Access, Consumer, Function, Guarantee, Use};

/// Calls and units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Units {
    /// Calls of functions.
    pub lambda_calls: f64,
    /// Their time, weighed with their memory.
    pub lambda_gb_seconds: f64,
    /// DynamoDB, write request units.
    pub write_units: f64,
    /// DynamoDB, read request units.
    pub read_units: f64,
    /// SNS, publishes (a message has one for each 64 KB of it).
    pub sns_publishes: f64,
    /// SQS, requests to standard queues.
    pub sqs_requests: f64,
    /// SQS, requests to FIFO queues.
    pub sqs_fifo_requests: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.lambda_calls += other.lambda_calls;
        self.lambda_gb_seconds += other.lambda_gb_seconds;
        self.write_units += other.write_units;
        self.read_units += other.read_units;
        self.sns_publishes += other.sns_publishes;
        self.sqs_requests += other.sqs_requests;
        self.sqs_fifo_requests += other.sqs_fifo_requests;
    }
}

impl Mul<f64> for Units {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            lambda_calls: self.lambda_calls * times,
            lambda_gb_seconds: self.lambda_gb_seconds * times,
            write_units: self.write_units * times,
            read_units: self.read_units * times,
            sns_publishes: self.sns_publishes * times,
            sqs_requests: self.sqs_requests * times,
            sqs_fifo_requests: self.sqs_fifo_requests * times,
        }
    }
}

/// The tables of events: what is written there is counted with the event.
const OF_EVENTS: [&str; 2] = ["events", "outbox"];
/// A relay's memory, where the document names no relay.
const RELAY_MB: u32 = 256;

impl Assumptions {
    /// "an emitted event": its entry in the transaction and in the index (2 + 1), read by the relay (1, up
    /// to 4 entries of 2 KB), marked as published and taken out of the index (1 + 1). Written in a
    /// transaction an item costs twice, and each of its KB counts. Then the relay publishes it.
    pub(super) fn event(&self, relay: Option<&dyn Function>) -> Units {
        let kb = self.payload_kb.ceil().max(1.0);
        let memory = relay.and_then(|relay| relay.memory_mb()).unwrap_or(RELAY_MB);
        let mut units = self.call(memory) * (1.0 / self.relay_batch);
        units += Units {
            write_units: (2.0 * kb + 1.0) + (kb + 1.0),
            read_units: (kb / 8.0).ceil(),
            sns_publishes: self.chunks(),
            ..Units::default()
        };
        units
    }

    /// A message at a consumer: SNS sends it into the queue, Lambda receives and deletes it, and the
    /// guarantee has its calls.
    pub(super) fn consumer(&self, consumer: &Consumer) -> Units {
        let requests = self.chunks() + 2.0 * self.chunks() / self.batch;
        let fifo = consumer.takes.command().is_some();
        let mut units = self.guarantee(consumer);
        match fifo {
            true => units.sqs_fifo_requests += requests,
            false => units.sqs_requests += requests,
        }
        units += self.call(consumer.memory_mb().unwrap_or(0)) * (1.0 / self.batch);
        units
    }

    /// "The three guarantees": `Transactional` 2 write units for the record, and 2 for each item written;
    /// `Leased` 2, and with effects to write 1 + 2 and 2 an item; `Natural` none, so its own writes alone.
    /// A command's handler looks for what stands before it (half a read unit), and answers (a message).
    fn guarantee(&self, consumer: &Consumer) -> Units {
        let items = self.items(consumer.uses(), Access::writes);
        let has_effects = items > 0.0 || !consumer.publishes.is_empty();
        let write_units = match consumer.guarantee {
            Guarantee::Leased if has_effects => 1.0 + 2.0 + 2.0 * items,
            Guarantee::Transactional | Guarantee::Leased => 2.0 + 2.0 * items,
            Guarantee::Natural | Guarantee::Unknown => items,
        };
        let handles = consumer.takes.command().is_some();
        Units {
            write_units,
            read_units: self.reads(consumer.uses()) + if handles { 0.5 } else { 0.0 },
            // The answer goes to a standard queue of the asking process.
            sqs_requests: if handles { self.chunks() } else { 0.0 },
            ..Units::default()
        }
    }

    /// A request at an endpoint. What it states commits in one transaction with what else it writes.
    pub(super) fn endpoint(&self, function: &dyn Function) -> Units {
        let items = self.items(function.uses(), Access::writes);
        let mut units = Units {
            write_units: 2.0 * items,
            read_units: self.reads(function.uses()),
            ..Units::default()
        };
        units += self.call(function.memory_mb().unwrap_or(0));
        units
    }

    /// Who sends a command, and who waits for an answer: `SendMessage`; `ReceiveMessage`, `DeleteMessage`.
    pub(super) fn sending(&self, waits: bool) -> Units {
        Units {
            sqs_requests: if waits { 2.0 * self.chunks() } else { 0.0 },
            ..Units::default()
        }
    }

    /// The write units of an item in each table that is changed, those of events left out.
    fn items(&self, uses: &[Use], wanted: fn(Access) -> bool) -> f64 {
        let tables = uses.iter().filter_map(Use::table);
        let tables = tables.filter(|(name, access)| wanted(*access) && !OF_EVENTS.contains(name));
        tables.count() as f64 * self.payload_kb.ceil().max(1.0)
    }

    /// One strongly consistent read of each table that is looked into: a unit for each 4 KB.
    fn reads(&self, uses: &[Use]) -> f64 {
        let tables = uses
            .iter()
            .filter_map(Use::table)
            .filter(|(_, access)| access.reads());
        tables.count() as f64 * (self.payload_kb / 4.0).ceil().max(1.0)
    }

    fn call(&self, memory_mb: u32) -> Units {
        let gb = f64::from(memory_mb) / 1024.0;
        Units {
            lambda_calls: 1.0,
            lambda_gb_seconds: gb * self.ms / 1000.0,
            ..Units::default()
        }
    }

    /// SNS and SQS count each 64 KB of a message.
    fn chunks(&self) -> f64 {
        (self.payload_kb / 64.0).ceil().max(1.0)
    }
}
