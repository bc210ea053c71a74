//! The document against what is deployed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Deployed, Drift, Names,
    deployed::{Mapping, Subscription},
};
use crate::document::{Consumer, Document, Function, Relay, Snapshotter, Table};

impl Document {
    /// What is deployed under these names, and is other than this document says. What runs by a
    /// schedule, permissions and alarms are not looked at.
    #[must_use]
    pub fn drift(&self, names: &Names, deployed: &Deployed) -> Drift {
        let mut look = Look {
            names,
            deployed,
            drift: Drift::default(),
        };
        for consumer in &self.consumers {
            look.subscription(consumer);
            look.queues(consumer);
            look.feed(consumer);
        }
        look.strangers(self);
        self.relays.iter().for_each(|relay| look.relay(relay));
        self.snapshotters.iter().for_each(|one| look.snapshotter(one));
        self.functions().for_each(|(_, function)| look.function(function));
        self.tables.iter().for_each(|table| look.table(table));
        look.drift
    }
}

struct Look<'a> {
    names: &'a Names,
    deployed: &'a Deployed,
    drift: Drift,
}

impl<'a> Look<'a> {
    fn subscription(&mut self, consumer: &Consumer) {
        if consumer.takes.command().is_some() {
            return;
        }
        let queue = self.names.queue(consumer);
        let subscriptions = self.deployed.subscriptions.iter();
        let found: Vec<_> = subscriptions.filter(|one| one.queue == queue).collect();
        let [one] = found[..] else {
            match found.len() {
                0 => self.drift.missing("subscription", &queue),
                many => self
                    .drift
                    .compare("subscription", &queue, "subscriptions to the topic", 1, many),
            }
            return;
        };
        let Subscription {
            filter,
            filter_scope,
            raw,
            dead_letters,
            ..
        } = one;
        let filter = filter.as_ref().map_or(Value::Null, sorted);
        let wanted = consumer.filter.as_ref().map_or(Value::Null, sorted);
        let filtered = !wanted.is_null();
        self.drift
            .compare("subscription", &queue, "filter", wanted, filter);
        if filtered {
            // Unless it is told, a policy looks at the attributes (SNS, SetSubscriptionAttributes).
            let scope = filter_scope.as_deref().unwrap_or("MessageAttributes");
            self.drift.compare(
                "subscription",
                &queue,
                "filter's scope",
                "MessageAttributes",
                scope,
            );
        }
        self.drift
            .compare("subscription", &queue, "raw delivery", true, *raw);
        let undelivered = self.names.undelivered(consumer);
        self.drift.compare(
            "subscription",
            &queue,
            "dead letters",
            undelivered,
            text(dead_letters),
        );
    }

    fn queues(&mut self, consumer: &Consumer) {
        let (queue, letters) = (self.names.queue(consumer), self.names.dead_letters(consumer));
        match self.deployed.queues.get(&queue) {
            None => self.drift.missing("queue", &queue),
            Some(found) => {
                let mut compare = |setting, expected, found: Option<u64>| {
                    self.drift
                        .compare("queue", &queue, setting, number(expected), number(found));
                };
                let visibility = consumer.visibility_timeout_seconds.map(u64::from);
                compare(
                    "a message is hidden for (s)",
                    visibility,
                    found.visibility_seconds,
                );
                compare(
                    "messages are kept for (s)",
                    consumer.retention_seconds,
                    found.retention_seconds,
                );
                let receives = consumer.max_receive_count.map(u64::from);
                compare("receives, at most", receives, found.max_receive_count);
                let (letters, found) = (letters.as_str(), text(&found.dead_letters));
                self.drift
                    .compare("queue", &queue, "dead letters", letters, found);
            }
        }
        let kept = consumer.dead_letter_retention_seconds;
        self.letters(&letters, kept);
        if consumer.takes.command().is_none() {
            self.letters(&self.names.undelivered(consumer), kept);
        }
    }

    /// A dead-letter queue.
    fn letters(&mut self, queue: &str, kept: Option<u64>) {
        match self.deployed.queues.get(queue) {
            None => self.drift.missing("queue", queue),
            Some(found) => {
                let (kept, found) = (number(kept), number(found.retention_seconds));
                self.drift
                    .compare("queue", queue, "messages are kept for (s)", kept, found);
            }
        }
    }

    fn feed(&mut self, consumer: &Consumer) {
        let (function, queue) = (self.names.function(&consumer.name), self.names.queue(consumer));
        let Some(mapping) = self.mapping(&function, &queue) else {
            return;
        };
        let batch = consumer.batch_size.map(u64::from);
        self.mapping_setting(
            mapping,
            "batch, at most",
            number(batch),
            number(mapping.batch_size),
        );
        let at_once = consumer.maximum_concurrency.map(u64::from);
        let found = number(mapping.maximum_concurrency);
        self.mapping_setting(mapping, "calls at once, at most", number(at_once), found);
    }

    fn relay(&mut self, relay: &Relay) {
        let failures = self.names.failures(&relay.name);
        if !self.deployed.queues.contains_key(&failures) {
            self.drift.missing("queue", &failures);
        }
        let (function, table) = (self.names.function(&relay.name), self.names.table(&relay.table));
        let Some(mapping) = self.mapping(&function, &table) else {
            return;
        };
        self.stream(mapping, relay.batch_size, relay.maximum_retry_attempts);
    }

    fn snapshotter(&mut self, one: &Snapshotter) {
        let (function, table) = (self.names.function(&one.name), self.names.table(&one.table));
        let Some(mapping) = self.mapping(&function, &table) else {
            return;
        };
        self.stream(mapping, one.batch_size, one.maximum_retry_attempts);
    }

    fn stream(&mut self, mapping: &Mapping, batch: Option<u32>, retries: Option<u32>) {
        let batch = number(batch.map(u64::from));
        self.mapping_setting(mapping, "batch, at most", batch, number(mapping.batch_size));
        let (retries, found) = (retries.map(i64::from), mapping.maximum_retry_attempts);
        self.mapping_setting(mapping, "tried again, at most", json!(retries), json!(found));
    }

    /// What feeds a function, which is switched on and answers in parts.
    fn mapping(&mut self, function: &str, source: &str) -> Option<&'a Mapping> {
        let mut mappings = self.deployed.mappings.iter();
        let found = mappings.find(|one| one.function == function && one.source == source);
        match found {
            None => self
                .drift
                .missing("event source mapping", &format!("{source} -> {function}")),
            Some(mapping) => {
                self.mapping_setting(mapping, "switched on", true.into(), mapping.enabled.into());
                let partial = mapping.partial.into();
                self.mapping_setting(mapping, "answers which records failed", true.into(), partial);
            }
        }
        found
    }

    fn mapping_setting(&mut self, mapping: &Mapping, setting: &str, expected: Value, found: Value) {
        let name = format!("{} -> {}", mapping.source, mapping.function);
        self.drift
            .compare("event source mapping", &name, setting, expected, found);
    }

    fn function(&mut self, function: &dyn Function) {
        let name = self.names.function(function.name());
        match self.deployed.functions.get(&name) {
            None => self.drift.missing("function", &name),
            Some(found) => {
                let seconds = function.timeout_seconds().map(u64::from);
                let found_seconds = number(found.timeout_seconds);
                self.drift
                    .compare("function", &name, "time-out (s)", number(seconds), found_seconds);
                let memory = function.memory_mb().map(u64::from);
                let found_memory = number(found.memory_mb);
                self.drift
                    .compare("function", &name, "memory (MB)", number(memory), found_memory);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let name = self.names.table(&table.name);
        let Some(found) = self.deployed.tables.get(&name) else {
            return self.drift.missing("table", &name);
        };
        let mut compare = |setting: &str, expected: Value, found: Value| {
            self.drift.compare("table", &name, setting, expected, found)
        };
        compare(
            "partition key",
            json!(table.partition_key),
            text(&found.partition_key),
        );
        compare("sort key", text(&table.sort_key), text(&found.sort_key));
        compare("expires by", text(&table.expiry), text(&found.expiry));
        compare("streamed", json!(table.stream), json!(found.stream));
        for index in &table.indexes {
            let keys: Vec<_> = [Some(&index.partition_key), index.sort_key.as_ref()]
                .into_iter()
                .flatten()
                .collect();
            let there = json!(found.indexes.get(&index.name));
            compare(&format!("keys of index {}", index.name), json!(keys), there);
        }
    }

    /// Subscriptions of the topic that lead somewhere else.
    fn strangers(&mut self, document: &Document) {
        let consumers = document
            .consumers
            .iter()
            .filter(|one| one.takes.command().is_none());
        let known: BTreeSet<_> = consumers.map(|one| self.names.queue(one)).collect();
        for stranger in self
            .deployed
            .subscriptions
            .iter()
            .filter(|one| !known.contains(&one.queue))
        {
            let there = "is there".into();
            self.drift
                .differs("subscription", &stranger.queue, "", Value::Null, there);
        }
    }
}

fn number(value: Option<u64>) -> Value {
    json!(value)
}

fn text(value: &Option<String>) -> Value {
    json!(value)
}

/// A filter policy whose lists are in order: their order says nothing.
fn sorted(filter: &Value) -> Value {
    match filter {
        Value::Array(values) => {
            let mut values: Vec<_> = values.iter().map(sorted).collect();
            values.sort_by_key(ToString::to_string);
            Value::Array(values)
        }
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}
