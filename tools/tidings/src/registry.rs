//! What the system list is made of: each entry knows its part of the catalogue and how to run locally.

use std::{collections::BTreeMap, io, sync::Arc};

use async_trait::async_trait;
use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use serde_json::Value;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames,
    event_store::Kinds,
    http::{Serve, serve},
    metrics::Metrics,
    runtime::Surroundings,
};
use tidings_core::{
    Consumer, EventType, Incoming, Takes,
    catalogue::{self, Catalogue, EVENTS, IDEMPOTENCY, OUTBOX, Resource, SNAPSHOTS, Settings, Table},
};

use crate::world::World;

/// The system, as a list.
pub struct Registry {
    system: &'static str,
    tables: BTreeMap<&'static str, &'static Table>,
    publishers: Vec<EndpointEntry>,
    consumers: Vec<ConsumerEntry>,
    queries: Vec<EndpointEntry>,
    relays: Vec<RelayEntry>,
    sweepers: Vec<Value>,
    snapshotters: Vec<SnapshotterEntry>,
}

/// Makes a part of the system out of what the world gives it.
type Make<T> = Box<dyn Fn(&World) -> Arc<T> + Send + Sync>;
type MakeConsumer = Box<dyn Fn(&World, Surroundings) -> Arc<dyn HandleBatch> + Send + Sync>;

/// A publisher or a query.
pub struct EndpointEntry {
    pub method: &'static str,
    pub path: &'static str,
    described: Value,
    pub make: Make<dyn ServeUrl>,
}

/// A function on the stream of a table, which publishes what enters it.
pub struct RelayEntry {
    pub table: &'static Table,
    described: Value,
}

/// A function on the stream of the event store, which keeps snapshots.
pub struct SnapshotterEntry {
    pub kinds: Kinds,
    described: Value,
}

/// A consumer.
pub struct ConsumerEntry {
    pub name: &'static str,
    pub service: &'static str,
    pub takes: Takes,
    pub publishes: Vec<EventType>,
    pub settings: Settings,
    pub uses: &'static [Resource],
    described: Value,
    pub make: MakeConsumer,
    /// The metrics of the function of this name, on standard output.
    pub metrics: fn(String) -> Metrics,
}

/// An endpoint without its type.
#[async_trait]
pub trait ServeUrl: Send + Sync {
    /// Serves a Function URL request.
    async fn serve(&self, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse;
}

struct Served<E>(E);

#[async_trait]
impl<E: Serve> ServeUrl for Served<E> {
    async fn serve(&self, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse {
        serve(&self.0, request).await
    }
}

impl Registry {
    /// A system with its shared tables.
    pub fn new(system: &'static str) -> Self {
        let tables = [&IDEMPOTENCY, &OUTBOX, &EVENTS]
            .map(|table| (table.name, table))
            .into();
        Self {
            system,
            tables,
            publishers: Vec::new(),
            queries: Vec::new(),
            consumers: Vec::new(),
            relays: Vec::new(),
            sweepers: Vec::new(),
            snapshotters: Vec::new(),
        }
    }

    /// Adds a publisher.
    pub fn publisher<E: Serve>(mut self, make: impl Fn(&World) -> E + Send + Sync + 'static) -> Self {
        self.uses(E::USES);
        self.publishers.push(EndpointEntry::new(make));
        self
    }

    /// Adds a query.
    pub fn query<E: Serve>(mut self, make: impl Fn(&World) -> E + Send + Sync + 'static) -> Self {
        self.uses(E::USES);
        self.queries.push(EndpointEntry::new(make));
        self
    }

    /// Adds a consumer.
    pub fn consumer<C: Consumer>(mut self, make: impl Fn(&World) -> C + Send + Sync + 'static) -> Self
    where
        C::Guarantee: Run<C>,
    {
        self.uses(C::USES);
        self.consumers.push(ConsumerEntry {
            name: C::NAME,
            service: C::SERVICE,
            takes: C::Event::takes(),
            publishes: C::publishes(),
            settings: C::SETTINGS,
            uses: C::USES,
            described: catalogue::consumer::<C>(),
            make: Box::new(move |world, surroundings| Arc::new(Runtime::new(make(world), surroundings))),
            metrics: |function| Metrics::written_to::<C>(function, io::stdout()),
        });
        self
    }

    /// Adds the function that publishes what enters a table.
    pub fn relay(mut self, name: &'static str, service: &'static str, table: &'static Table) -> Self {
        self.relays.push(RelayEntry {
            table,
            described: catalogue::relay(name, service, table),
        });
        self
    }

    /// Adds the function that publishes what the relay of a table has left over.
    pub fn sweeper(mut self, name: &'static str, service: &'static str, table: &'static Table) -> Self {
        self.sweepers.push(catalogue::sweeper(name, service, table));
        self
    }

    /// Adds the function that keeps snapshots of these aggregates.
    pub fn snapshotter(mut self, name: &'static str, service: &'static str, kinds: Kinds) -> Self {
        self.tables.insert(SNAPSHOTS.name, &SNAPSHOTS);
        self.snapshotters.push(SnapshotterEntry {
            described: catalogue::snapshotter(name, service, &kinds.names()),
            kinds,
        });
        self
    }

    fn uses(&mut self, resources: &'static [Resource]) {
        for resource in resources {
            if let Resource::Table(table, _) = resource {
                self.tables.insert(table.name, table);
            }
        }
    }

    /// The catalogue.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue {
            system: self.system,
            tables: self.tables.values().copied().collect(),
            publishers: described(&self.publishers, |entry| &entry.described),
            queries: described(&self.queries, |entry| &entry.described),
            consumers: described(&self.consumers, |entry| &entry.described),
            relays: described(&self.relays, |entry| &entry.described),
            sweepers: self.sweepers.clone(),
            snapshotters: described(&self.snapshotters, |entry| &entry.described),
        }
    }

    pub fn system(&self) -> &'static str {
        self.system
    }

    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.tables.values().copied()
    }

    /// Publishers and queries.
    pub fn endpoints(&self) -> impl Iterator<Item = &EndpointEntry> {
        self.publishers.iter().chain(&self.queries)
    }

    pub fn relays(&self) -> &[RelayEntry] {
        &self.relays
    }

    pub fn snapshotters(&self) -> &[SnapshotterEntry] {
        &self.snapshotters
    }

    pub fn consumers(&self) -> &[ConsumerEntry] {
        &self.consumers
    }
}

fn described<T>(entries: &[T], described: impl Fn(&T) -> &Value) -> Vec<Value> {
    entries.iter().map(|entry| described(entry).clone()).collect()
}

impl EndpointEntry {
    fn new<E: Serve>(make: impl Fn(&World) -> E + Send + Sync + 'static) -> Self {
        Self {
            method: E::METHOD,
            path: E::PATH,
            described: catalogue::endpoint::<E>(),
            make: Box::new(move |world| Arc::new(Served(make(world)))),
        }
    }
}

impl ConsumerEntry {
    /// The tables that the consumer has declared, under their own names; it reaches no other, as when deployed.
    pub fn tables(&self) -> TableNames {
        let tables = self.uses.iter().filter_map(|resource| match resource {
            Resource::Table(table, _) => Some((table.name, table.name.to_owned())),
            Resource::Mail => None,
        });
        TableNames::new(tables)
    }
}
