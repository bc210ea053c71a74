//! A service: the list of its functions.

use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::Value;
use tidings_core::{
    Command, Event, Projection,
    catalogue::{self, DeclaredEndpoint, Table},
    contract::{Contract, Released},
};

use super::{
    ConsumerFunction, EndpointFunction, Error, ReadModel, ScheduledFunction, Setting,
    endpoint::ErasedEndpoint,
};
use crate::{
    event_store::Kinds,
    http::{Answering, Serve, openapi::Description},
};

/// A service: what it consists of.
pub struct Service {
    name: &'static str,
    pub(super) parts: Parts,
}

/// Functions, by kind.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) publishers: Vec<EndpointEntry>,
    pub(super) queries: Vec<EndpointEntry>,
    pub(super) consumers: Vec<ConsumerFunction>,
    pub(super) projections: Vec<ReadModel>,
    pub(super) relays: Vec<Relay>,
    pub(super) sweepers: Vec<Value>,
    pub(super) reapers: Vec<Value>,
    pub(super) snapshotters: Vec<Snapshots>,
    pub(super) scheduled: Vec<ScheduledFunction>,
    pub(super) owned: Vec<Owned>,
}

/// A contract of the service, made when it is asked for.
pub(super) struct Owned {
    pub(super) service: &'static str,
    pub(super) contract: fn(&'static str, &Released) -> Contract,
}

/// A publisher or a query, with its description.
pub struct EndpointEntry {
    function: ErasedEndpoint,
    describe: fn(&mut Description),
}

/// A function on the stream of a table, which publishes what enters it.
pub struct Relay {
    /// The table.
    pub table: &'static Table,
    pub(super) described: Value,
}

/// A function on the stream of the event store, which keeps snapshots.
pub struct Snapshots {
    /// Of what.
    pub kinds: Kinds,
    pub(super) described: Value,
}

impl Service {
    /// A service without functions; its name is that of its crate.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: Parts::default(),
        }
    }

    /// It has this publisher.
    #[must_use]
    pub fn publisher<E: Serve>(mut self, function: EndpointFunction<E>) -> Self {
        self.parts.publishers.push(EndpointEntry::of(function));
        self
    }

    /// It has this query.
    #[must_use]
    pub fn query<E: Serve>(mut self, function: EndpointFunction<E>) -> Self {
        self.parts.queries.push(EndpointEntry::of(function));
        self
    }

    /// It has this consumer, or handler of a command.
    #[must_use]
    pub fn consumer(mut self, function: ConsumerFunction) -> Self {
        self.parts.consumers.push(function);
        self
    }

    /// It has this read model, which can be replayed. The consumer that keeps it and the queries that read it are added by themselves.
    #[must_use]
    pub fn projection<P: Projection>(mut self) -> Self {
        self.parts.projections.push(ReadModel::of::<P>());
        self
    }

    /// It owns this event: whoever else publishes it, this service says what it is.
    #[must_use]
    pub fn event<E: Event + JsonSchema>(self) -> Self {
        self.owns(Contract::event::<E>)
    }

    /// It handles this command, and so it owns it and its answer.
    #[must_use]
    pub fn command<C: Command + JsonSchema>(self) -> Self
    where
        C::Answer: JsonSchema,
    {
        self.owns(Contract::command::<C>).owns(Contract::answer::<C>)
    }

    fn owns(mut self, contract: fn(&'static str, &Released) -> Contract) -> Self {
        let service = self.name;
        self.parts.owned.push(Owned { service, contract });
        self
    }

    /// It has this function that runs by a schedule.
    #[must_use]
    pub fn scheduled(mut self, function: ScheduledFunction) -> Self {
        self.parts.scheduled.push(function);
        self
    }

    /// It has the function of this name that publishes what enters a table; deployed, it is beside the table.
    #[must_use]
    pub fn relay(mut self, name: &'static str, table: &'static Table) -> Self {
        self.parts.relays.push(Relay {
            table,
            described: catalogue::relay(name, table),
        });
        self
    }

    /// It has the function of this name that publishes what the relay of a table has left over.
    #[must_use]
    pub fn sweeper(mut self, name: &'static str, table: &'static Table) -> Self {
        self.parts.sweepers.push(catalogue::sweeper(name, table));
        self
    }

    /// It has the function of this name that deletes reply queues whose owners are gone.
    #[must_use]
    pub fn reaper(mut self, name: &'static str) -> Self {
        self.parts.reapers.push(catalogue::reaper(name, self.name));
        self
    }

    /// It has the function of this name that keeps snapshots of these aggregates; deployed, it is beside the event store.
    #[must_use]
    pub fn snapshotter(mut self, name: &'static str, kinds: Kinds) -> Self {
        self.parts.snapshotters.push(Snapshots {
            described: catalogue::snapshotter(name, &kinds.names()),
            kinds,
        });
        self
    }
}

impl EndpointEntry {
    fn of<E: Serve>(function: EndpointFunction<E>) -> Self {
        Self {
            function: function.erased(),
            describe: Description::add::<E>,
        }
    }

    /// What the endpoint declares.
    #[must_use]
    pub fn declared(&self) -> &DeclaredEndpoint {
        &self.function.declared
    }

    /// Adds it to a description.
    pub fn describe(&self, description: &mut Description) {
        (self.describe)(description);
    }

    /// Makes the endpoint.
    ///
    /// # Errors
    /// When the setting lacks something, or says something that is wrong.
    pub async fn endpoint(&self, setting: &Setting) -> Result<Arc<dyn Answering>, Error> {
        self.function.endpoint(setting).await
    }
}
