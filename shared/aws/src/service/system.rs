//! A system: its services together, and the catalogue of all that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tidings_core::{
    EventType,
    catalogue::{
        self, Catalogue, EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PERSON_KEYS, Resource, SNAPSHOTS, Table,
    },
    contract::{Contract, Released},
};

use super::{
    ConsumerEntry, EndpointEntry, ReadModel, Relay, ScheduledEntry, Service, Snapshots, parts::Parts,
};
use crate::http::openapi::Description;

/// A whole system.
pub struct System {
    name: &'static str,
    tables: BTreeMap<&'static str, &'static Table>,
    parts: Parts,
    released: Released,
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
            released: Released::default(),
        }
    }

    /// These samples and schemas have been released: what was written once is what they say.
    #[must_use]
    pub fn released(self, released: Released) -> Self {
        Self { released, ..self }
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
        parts.owned.extend(added.owned);
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
            contracts: self.contracts(),
        }
    }

    /// What is agreed on of each event, command and answer, by kind and name.
    #[must_use]
    pub fn contracts(&self) -> Vec<Contract> {
        let owned = self.parts.owned.iter();
        let mut contracts: Vec<_> = owned
            .map(|owned| (owned.contract)(owned.service, &self.released))
            .collect();
        contracts.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
        contracts
    }

    /// What some function publishes or handles, and which service: the type, the service.
    pub fn spoken(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let stated = self.stating().flat_map(|(service, _, events)| {
            let names = events.iter().map(|event| event.name);
            names.map(move |name| (name, service))
        });
        let consumers = self.parts.consumers.iter().map(ConsumerEntry::declared);
        stated.chain(consumers.filter_map(|one| Some((one.command()?, one.service))))
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
    pub fn consumers(&self) -> &[ConsumerEntry] {
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
    pub fn scheduled(&self) -> &[ScheduledEntry] {
        &self.parts.scheduled
    }

    /// The types of the events that the event store can hold: what those publish that may write it. The others emit through the outbox.
    #[must_use]
    pub fn stored_types(&self) -> BTreeSet<&'static str> {
        self.stating()
            .filter(|(_, uses, _)| writes_events(uses))
            .flat_map(|(_, _, publishes)| publishes)
            .map(|event| event.name)
            .collect()
    }

    /// The functions that may publish: the service, what they use and what they publish.
    fn stating(&self) -> impl Iterator<Item = Stating> {
        let Parts {
            publishers,
            consumers,
            scheduled,
            ..
        } = &self.parts;
        let publishers = publishers.iter().map(EndpointEntry::declared);
        let publishers = publishers.map(|one| (one.service, one.uses, one.publishes));
        let consumers = consumers.iter().map(ConsumerEntry::declared);
        let consumers = consumers.map(|one| (one.service, one.uses, one.publishes));
        let scheduled = scheduled.iter().map(ScheduledEntry::declared);
        let scheduled = scheduled.map(|one| (one.service, one.uses, one.publishes));
        publishers.chain(consumers).chain(scheduled)
    }
}

type Stating = (&'static str, &'static [Resource], &'static [EventType]);

fn writes_events(uses: &[Resource]) -> bool {
    let writes = |resource: &Resource| matches!(resource, Resource::Table(table, access) if **table == EVENTS && access.writes());
    uses.iter().any(writes)
}

fn described<T>(functions: &[T], described: impl Fn(&T) -> Value) -> Vec<Value> {
    functions.iter().map(described).collect()
}
