//! What publishers and consumers are given.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use storefront_providers::{Mail, Mailer};
use tidings_aws::{
    TableNames,
    event_store::EventStore,
    projection::{Projector, Views},
};
use tidings_core::{
    Clock, Entropy, Failure, Projection,
    catalogue::{EVENTS, Table},
    clock::{SystemClock, SystemEntropy},
    ports::Publish,
};

/// The world around the system: in one process, or in an account.
pub struct World {
    topic: Arc<dyn Publish>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    mailer: Arc<dyn Mailer>,
    dynamodb: Client,
    tables: TableNames,
}

impl World {
    /// A world with the machine's clock and entropy; `tables` says where each table is that somebody uses in it.
    pub fn new(
        topic: Arc<dyn Publish>,
        mailer: Arc<dyn Mailer>,
        dynamodb: Client,
        tables: TableNames,
    ) -> Self {
        Self {
            topic,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            mailer,
            dynamodb,
            tables,
        }
    }

    pub fn topic(&self) -> Arc<dyn Publish> {
        self.topic.clone()
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub fn entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    pub fn events(&self) -> EventStore {
        EventStore::new(self.dynamodb.clone(), self.table(&EVENTS))
    }

    /// The views of a projection, for queries.
    pub fn views<P: Projection>(&self) -> Views<P> {
        Views::new(self.dynamodb.clone(), self.table(P::TABLE))
    }

    /// What keeps the views of a projection.
    pub fn projector<P: Projection>(&self) -> Projector<P> {
        Projector::new(self.views(), self.events())
    }

    /// The real name of a table; that of the catalogue where nobody in this world has declared that he uses it, and nobody does.
    fn table(&self, table: &Table) -> String {
        self.tables.get(table.name).unwrap_or(table.name).to_owned()
    }

    pub fn mailer(&self) -> Arc<dyn Mailer> {
        self.mailer.clone()
    }
}

/// The mailer of a world in which nobody declares that it sends mail.
pub struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, _: &Mail) -> Result<(), Failure> {
        Err(Failure::transient("the consumer does not declare that it sends mail (USES)").of_class("NoMail"))
    }
}
