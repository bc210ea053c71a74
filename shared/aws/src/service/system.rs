//! A system: its services together, and the catalogue of all that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tidings_core::{
    EventType,
    catalogue::{
        self, Access, Catalogue, EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PERSON_KEYS, Resource, SNAPSHOTS,
        Table,
    },
};

use super::{
    ConsumerFunction, EndpointEntry, ReadModel, Relay, ScheduledFunction, Service, Snapshots, parts::Parts,
};
use crate::http::openapi::Description;

/// A whole system.
pub struct System {
    name: &'static str,
    tables: BTreeMap<&'static str, &'static Table>,
    parts: Parts,
}

impl System {
    /// A system without services; its shared resources have this name.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        let tables = [&IDEMPOTENCY, &OUTBOX, &EVENTS, &OPERATIONS].map(|table| (table.name, table));
        Self {
            name,
            tables: tables.into(),
            parts: Parts::default(),
        }
    }

    /// It has this service.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        let added = service.parts;
        for function in added.publishers.iter().chain(&added.queries) {
            self.uses(function.declared().uses);
        }
        for function in &added.consumers {
            self.uses(function.declared().uses);
        }
        for function in &added.scheduled {
            self.uses(function.declared().uses);
        }
        for projection in &added.projections {
            self.tables.insert(projection.table.name, projection.table);
        }
        if !added.snapshotters.is_empty() {
            self.tables.insert(SNAPSHOTS.name, &SNAPSHOTS);
        }
        let parts = &mut self.parts;
        parts.publishers.extend(added.publishers);
        parts.queries.extend(added.queries);
        parts.consumers.extend(added.consumers);
        parts.projections.extend(added.projections);
        parts.relays.extend(added.relays);
        parts.sweepers.extend(added.sweepers);
        parts.reapers.extend(added.reapers);
        parts.snapshotters.extend(added.snapshotters);
        parts.scheduled.extend(added.scheduled);
        self
    }

    fn uses(&mut self, resources: &'static [Resource]) {
        for resource in resources {
            let table = match resource {
                Resource::Table(table, _) => table,
                Resource::Personal(_) => &PERSON_KEYS,
                _ => continue,
            };
            self.tables.insert(table.name, table);
        }
    }

    /// The catalogue.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        let parts = &self.parts;
        let endpoint = |entry: &EndpointEntry| catalogue::endpoint(entry.declared());
        Catalogue {
            system: self.name,
            tables: self.tables.values().copied().collect(),
            publishers: described(&parts.publishers, endpoint),
            queries: described(&parts.queries, endpoint),
            consumers: described(&parts.consumers, |one| catalogue::consumer(one.declared())),
            relays: described(&parts.relays, |one| one.described.clone()),
            sweepers: parts.sweepers.clone(),
            reapers: parts.reapers.clone(),
            snapshotters: described(&parts.snapshotters, |one| one.described.clone()),
            scheduled: described(&parts.scheduled, |one| catalogue::scheduled(one.declared())),
        }
    }

    /// The description of the endpoints, as of this version of the system.
    #[must_use]
    pub fn description(&self, version: &str) -> Description {
        let mut description = Description::new(self.name, version);
        self.endpoints()
            .for_each(|endpoint| endpoint.describe(&mut description));
        description
    }

    /// The system's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All tables that somebody uses.
    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.tables.values().copied()
    }

    /// Publishers and queries.
    pub fn endpoints(&self) -> impl Iterator<Item = &EndpointEntry> {
        self.parts.publishers.iter().chain(&self.parts.queries)
    }

    /// The consumers and the handlers of commands.
    #[must_use]
    pub fn consumers(&self) -> &[ConsumerFunction] {
        &self.parts.consumers
    }

    /// The functions that publish what enters a table.
    #[must_use]
    pub fn relays(&self) -> &[Relay] {
        &self.parts.relays
    }

    /// The read models.
    #[must_use]
    pub fn projections(&self) -> &[ReadModel] {
        &self.parts.projections
    }

    /// The functions that keep snapshots.
    #[must_use]
    pub fn snapshotters(&self) -> &[Snapshots] {
        &self.parts.snapshotters
    }

    /// The functions that run by a schedule.
    #[must_use]
    pub fn scheduled(&self) -> &[ScheduledFunction] {
        &self.parts.scheduled
    }

    /// The types of the events that the event store can hold: what those publish that may write it. The others emit through the outbox.
    #[must_use]
    pub fn stored_types(&self) -> BTreeSet<&'static str> {
        let Parts {
            publishers,
            consumers,
            scheduled,
            ..
        } = &self.parts;
        let publishers = publishers.iter().map(EndpointEntry::declared);
        let publishers = publishers.map(|one| (one.uses, one.publishes));
        let consumers = consumers.iter().map(ConsumerFunction::declared);
        let consumers = consumers.map(|one| (one.uses, one.publishes));
        let scheduled = scheduled.iter().map(ScheduledFunction::declared);
        let scheduled = scheduled.map(|one| (one.uses, one.publishes));
        publishers
            .chain(consumers)
            .chain(scheduled)
            .filter(|(uses, _)| writes_events(uses))
            .flat_map(|(_, publishes): (_, &[EventType])| publishes)
            .map(|event| event.name)
            .collect()
    }
}

fn writes_events(uses: &[Resource]) -> bool {
    let writes = |resource: &Resource| matches!(resource, Resource::Table(table, Access::Write | Access::ReadWrite) if **table == EVENTS);
    uses.iter().any(writes)
}

fn described<T>(functions: &[T], described: impl Fn(&T) -> Value) -> Vec<Value> {
    functions.iter().map(described).collect()
}
