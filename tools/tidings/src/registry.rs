//! What the system list is made of: each entry knows its part of the catalogue and how to run locally.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use serde_json::Value;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames,
    event_store::{EventStore, Kinds},
    http::{Serve, openapi::Description, serve},
    metrics::Metrics,
    projection::{Checkpoint, Ended, Replay, ReplayError, Views, Watch},
    runtime::Surroundings,
    schedule::RunBySchedule,
};
use tidings_core::{
    Consumer, EventType, Failure, Incoming, Projection, Takes,
    catalogue::{
        self, Access, Catalogue, EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Resource, SNAPSHOTS, Settings,
        Table,
    },
    consumer::guarantee::Guarantee as _,
};
use tokio_util::sync::CancellationToken;

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
    reapers: Vec<Value>,
    projections: Vec<ProjectionEntry>,
    snapshotters: Vec<SnapshotterEntry>,
    scheduled: Vec<ScheduledEntry>,
}

/// Makes a part of the system out of what the world gives it.
type Make<T> = Box<dyn Fn(&World) -> Arc<T> + Send + Sync>;
type MakeConsumer = Box<dyn Fn(&World, Surroundings) -> Arc<dyn HandleBatch> + Send + Sync>;

/// A publisher or a query.
pub struct EndpointEntry {
    pub method: &'static str,
    pub path: &'static str,
    publishes: Vec<EventType>,
    uses: &'static [Resource],
    described: Value,
    /// Adds it to the description of the endpoints.
    pub describe: fn(&mut Description),
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

/// A function that runs by a schedule.
pub struct ScheduledEntry {
    pub name: &'static str,
    pub every: Duration,
    /// How long one run may take.
    pub timeout: Duration,
    publishes: Vec<EventType>,
    uses: &'static [Resource],
    described: Value,
    pub make: Make<dyn RunOnce>,
}

/// What runs by a schedule, without its type.
#[async_trait]
pub trait RunOnce: Send + Sync {
    /// Runs once, until `deadline` at most.
    async fn run(&self, deadline: Timestamp) -> Result<(), Failure>;
}

struct ByItself<S>(S);

#[async_trait]
impl<S: RunBySchedule> RunOnce for ByItself<S> {
    async fn run(&self, deadline: Timestamp) -> Result<(), Failure> {
        self.0.run(deadline).await
    }
}

/// A consumer.
pub struct ConsumerEntry {
    pub name: &'static str,
    pub service: &'static str,
    pub takes: Takes,
    pub publishes: Vec<EventType>,
    pub settings: Settings,
    pub uses: &'static [Resource],
    /// The guarantee's name.
    pub guarantee: &'static str,
    described: Value,
    pub make: MakeConsumer,
    /// The metrics of the function of this name, on standard output.
    pub metrics: fn(String) -> Metrics,
}

/// A read model, which can be made again of the stored events.
pub struct ProjectionEntry {
    pub name: &'static str,
    pub table: &'static Table,
    pub revision: u32,
    /// A replay out of this store, into the table of this name; a dry one writes nothing.
    pub replay: fn(EventStore, Client, String, Writes) -> Box<dyn Rebuild>,
}

/// Whether a replay writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    Views,
    Nothing,
}

/// A replay without its type.
#[async_trait]
pub trait Rebuild: Send + Sync {
    /// Runs from `checkpoint` to the end of the store, or until `stop` is cancelled.
    async fn run(
        &self,
        checkpoint: Checkpoint,
        watch: &mut dyn Watch,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError>;
}

#[async_trait]
impl<P: Projection> Rebuild for Replay<P> {
    async fn run(
        &self,
        checkpoint: Checkpoint,
        watch: &mut dyn Watch,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError> {
        Replay::run(self, checkpoint, watch, stop).await
    }
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
            reapers: Vec::new(),
            projections: Vec::new(),
            snapshotters: Vec::new(),
            scheduled: Vec::new(),
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

    /// Adds a consumer, or the handler of a command.
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
            guarantee: C::Guarantee::NAME,
            described: catalogue::consumer::<C>(),
            make: Box::new(move |world, surroundings| {
                let world = world.outside_for_who_uses(C::USES);
                Arc::new(Runtime::new(make(&world), surroundings))
            }),
            metrics: |function| Metrics::written_to::<C>(function, io::stdout()),
        });
        self
    }

    /// Adds a read model, so that it can be replayed. The consumer that keeps it and the queries that read it are added by themselves.
    pub fn projection<P: Projection>(mut self) -> Self {
        self.tables.insert(P::TABLE.name, P::TABLE);
        self.projections.push(ProjectionEntry {
            name: P::NAME,
            table: P::TABLE,
            revision: P::REVISION,
            replay: |events, dynamodb, table, writes| {
                let replay = Replay::<P>::new(events, Views::new(dynamodb, table));
                Box::new(match writes {
                    Writes::Views => replay,
                    Writes::Nothing => replay.dry(),
                })
            },
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

    /// Adds the function that deletes reply queues whose owners are gone.
    pub fn reaper(mut self, name: &'static str, service: &'static str) -> Self {
        self.reapers.push(catalogue::reaper(name, service));
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

    /// Adds a function that runs by a schedule.
    pub fn scheduled<S: RunBySchedule>(mut self, make: impl Fn(&World) -> S + Send + Sync + 'static) -> Self {
        self.uses(S::USES);
        self.scheduled.push(ScheduledEntry {
            name: S::NAME,
            every: Duration::from_secs(60 * u64::from(S::EVERY_MINUTES)),
            timeout: S::SETTINGS.timeout,
            publishes: S::publishes(),
            uses: S::USES,
            described: catalogue::scheduled::<S>(),
            make: Box::new(move |world| Arc::new(ByItself(make(&world.for_who_uses(S::USES))))),
        });
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
    pub fn catalogue(&self) -> Catalogue {
        Catalogue {
            system: self.system,
            tables: self.tables.values().copied().collect(),
            publishers: described(&self.publishers, |entry| &entry.described),
            queries: described(&self.queries, |entry| &entry.described),
            consumers: described(&self.consumers, |entry| &entry.described),
            relays: described(&self.relays, |entry| &entry.described),
            sweepers: self.sweepers.clone(),
            reapers: self.reapers.clone(),
            snapshotters: described(&self.snapshotters, |entry| &entry.described),
            scheduled: described(&self.scheduled, |entry| &entry.described),
        }
    }

    /// The description of the endpoints, of this version of the system.
    pub fn description(&self) -> Description {
        let mut description = Description::new(self.system, env!("CARGO_PKG_VERSION"));
        self.endpoints()
            .for_each(|endpoint| (endpoint.describe)(&mut description));
        description
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

    pub fn projections(&self) -> &[ProjectionEntry] {
        &self.projections
    }

    /// The types of the events that the event store can hold: what those publish that may write it. The others emit through the outbox.
    pub fn stored_types(&self) -> BTreeSet<&'static str> {
        let publishers = self.publishers.iter().map(|one| (one.uses, &one.publishes));
        let consumers = self.consumers.iter().map(|one| (one.uses, &one.publishes));
        let scheduled = self.scheduled.iter().map(|one| (one.uses, &one.publishes));
        let writers = publishers.chain(consumers).chain(scheduled);
        writers
            .filter(|(uses, _)| writes_events(uses))
            .flat_map(|(_, publishes)| publishes)
            .map(|event| event.name)
            .collect()
    }

    pub fn snapshotters(&self) -> &[SnapshotterEntry] {
        &self.snapshotters
    }

    pub fn scheduled_functions(&self) -> &[ScheduledEntry] {
        &self.scheduled
    }

    pub fn consumers(&self) -> &[ConsumerEntry] {
        &self.consumers
    }
}

fn writes_events(uses: &[Resource]) -> bool {
    let writes = |resource: &Resource| matches!(resource, Resource::Table(table, Access::Write | Access::ReadWrite) if **table == EVENTS);
    uses.iter().any(writes)
}

fn described<T>(entries: &[T], described: impl Fn(&T) -> &Value) -> Vec<Value> {
    entries.iter().map(|entry| described(entry).clone()).collect()
}

impl EndpointEntry {
    fn new<E: Serve>(make: impl Fn(&World) -> E + Send + Sync + 'static) -> Self {
        Self {
            method: E::METHOD,
            path: E::PATH,
            publishes: E::publishes(),
            uses: E::USES,
            described: catalogue::endpoint::<E>(),
            describe: Description::add::<E>,
            make: Box::new(move |world| Arc::new(Served(make(&world.for_who_uses(E::USES))))),
        }
    }
}

impl ConsumerEntry {
    /// Whether the consumer has declared that it seals or opens personal values.
    pub fn uses_personal(&self) -> bool {
        let personal = |resource: &Resource| matches!(resource, Resource::Personal(_));
        self.uses.iter().any(personal)
    }

    /// The tables that the consumer has declared, under their own names; it reaches no other, as when deployed.
    pub fn tables(&self) -> TableNames {
        let tables = self.uses.iter().filter_map(Resource::table);
        let tables = tables.map(|table| (table.name, table.name.to_owned()));
        TableNames::new(tables)
    }
}
