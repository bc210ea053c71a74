//! What the system list is made of: each entry knows its part of the catalogue and how to run locally.

use std::{collections::BTreeMap, io, sync::Arc};

use async_trait::async_trait;
use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use serde_json::Value;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames,
    http::{Serve, serve},
    metrics::Metrics,
    runtime::Surroundings,
};
use tidings_core::{
    Consumer, EventType, Incoming, Takes,
    catalogue::{self, Catalogue, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Resource, Settings, Table},
};

use crate::world::World;

/// The system, as a list.
pub struct Registry {
    system: &'static str,
    tables: BTreeMap<&'static str, &'static Table>,
    publishers: Vec<PublisherEntry>,
    consumers: Vec<ConsumerEntry>,
    relays: Vec<Value>,
    sweepers: Vec<Value>,
}

/// Makes a part of the system out of what the world gives it.
type Make<T> = Box<dyn Fn(&World) -> Arc<T> + Send + Sync>;
type MakeConsumer = Box<dyn Fn(&World, Surroundings) -> Arc<dyn HandleBatch> + Send + Sync>;

/// A publisher.
pub struct PublisherEntry {
    pub method: &'static str,
    pub path: &'static str,
    described: Value,
    pub make: Make<dyn ServeUrl>,
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

/// A publisher without its type.
#[async_trait]
pub trait ServeUrl: Send + Sync {
    /// Serves a Function URL request.
    async fn serve(&self, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse;
}

struct Served<P>(P);

#[async_trait]
impl<P: Serve> ServeUrl for Served<P> {
    async fn serve(&self, request: LambdaFunctionUrlRequest) -> LambdaFunctionUrlResponse {
        serve(&self.0, request).await
    }
}

impl Registry {
    /// A system with its two shared tables.
    pub fn new(system: &'static str) -> Self {
        let tables = BTreeMap::from([(IDEMPOTENCY.name, &IDEMPOTENCY), (OUTBOX.name, &OUTBOX)]);
        Self {
            system,
            tables,
            publishers: Vec::new(),
            consumers: Vec::new(),
            relays: Vec::new(),
            sweepers: Vec::new(),
        }
    }

    /// Adds a publisher.
    pub fn publisher<P: Serve>(mut self, make: impl Fn(&World) -> P + Send + Sync + 'static) -> Self {
        self.uses(P::USES);
        self.publishers.push(PublisherEntry {
            method: P::METHOD,
            path: P::PATH,
            described: catalogue::publisher::<P>(),
            make: Box::new(move |world| Arc::new(Served(make(world)))),
        });
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

    /// Adds the function that publishes what is in the outbox.
    pub fn relay(mut self, name: &'static str, service: &'static str) -> Self {
        self.relays.push(catalogue::relay(name, service, &OUTBOX));
        self
    }

    /// Adds the function that publishes what the relay has left over.
    pub fn sweeper(mut self, name: &'static str, service: &'static str) -> Self {
        self.sweepers.push(catalogue::sweeper(name, service, &OUTBOX));
        self
    }

    fn uses(&mut self, resources: &'static [Resource]) {
        for resource in resources {
            let table = match resource {
                Resource::Table(table, _) => table,
                Resource::Personal(_) => &PERSON_KEYS,
                Resource::Mail => continue,
            };
            self.tables.insert(table.name, table);
        }
    }

    /// The catalogue.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue {
            system: self.system,
            tables: self.tables.values().copied().collect(),
            publishers: self
                .publishers
                .iter()
                .map(|entry| entry.described.clone())
                .collect(),
            consumers: self
                .consumers
                .iter()
                .map(|entry| entry.described.clone())
                .collect(),
            relays: self.relays.clone(),
            sweepers: self.sweepers.clone(),
        }
    }

    pub fn system(&self) -> &'static str {
        self.system
    }

    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.tables.values().copied()
    }

    pub fn publishers(&self) -> &[PublisherEntry] {
        &self.publishers
    }

    pub fn consumers(&self) -> &[ConsumerEntry] {
        &self.consumers
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
        let tables = self.uses.iter().filter_map(|resource| match resource {
            Resource::Table(table, _) => Some((table.name, table.name.to_owned())),
            Resource::Personal(_) | Resource::Mail => None,
        });
        TableNames::new(tables)
    }
}
