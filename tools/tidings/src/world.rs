//! What publishers and consumers are given.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use platform::{AuditLog, audit_log::AUDIT_LOG};
use storefront_providers::Outside;
use tidings_aws::{
    TableNames,
    event_store::EventStore,
    http::Answers,
    personal::Keyring,
    projection::{Projector, Views},
    request::{Dropped, ObserveReplies, Requester},
};
use tidings_core::{
    Clock, Entropy, Envelope, Projection,
    catalogue::{EVENTS, IDEMPOTENCY, Resource, SNAPSHOTS, Table},
    clock::{SystemClock, SystemEntropy},
    ports::{Publish, ReceiveReplies, SendCommand, TransportError},
};

/// The world around the system: in one process, or in an account.
#[derive(Clone)]
pub struct World {
    topic: Arc<dyn Publish>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    outside: Outside,
    dynamodb: Client,
    tables: TableNames,
    keyring: Option<Arc<Keyring>>,
    requester: Arc<Requester>,
}

impl World {
    /// A world with the machine's clock and entropy; `tables` says where each table is that somebody uses in it.
    pub fn new(
        topic: Arc<dyn Publish>,
        outside: Outside,
        dynamodb: Client,
        tables: TableNames,
        keyring: Arc<Keyring>,
        requester: Arc<Requester>,
    ) -> Self {
        Self {
            topic,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            outside,
            dynamodb,
            tables,
            keyring: Some(keyring),
            requester,
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

    /// The same, with the keys of persons and the providers only for who declares that it uses them, as when deployed.
    pub fn for_who_uses(&self, resources: &[Resource]) -> Self {
        let personal = |resource: &Resource| matches!(resource, Resource::Personal(_));
        let keyring = self.keyring.clone().filter(|_| resources.iter().any(personal));
        Self {
            keyring,
            ..self.outside_for_who_uses(resources)
        }
    }

    /// The same, with those providers only that somebody declares.
    pub fn outside_for_who_uses(&self, resources: &[Resource]) -> Self {
        Self {
            outside: self.outside.for_who_uses(resources),
            ..self.clone()
        }
    }

    pub fn events(&self) -> EventStore {
        let events = EventStore::new(self.dynamodb.clone(), self.table(&EVENTS));
        events
            .with_keyring(self.keyring.clone())
            .with_snapshots(self.table(&SNAPSHOTS))
    }

    /// The views of a projection, for queries.
    pub fn views<P: Projection>(&self) -> Views<P> {
        Views::new(self.dynamodb.clone(), self.table(P::TABLE))
    }

    /// What keeps the views of a projection.
    pub fn projector<P: Projection>(&self) -> Projector<P> {
        Projector::new(self.views(), self.events())
    }

    /// The audit log, for who writes it.
    pub fn audit_log(&self) -> AuditLog {
        AuditLog::new(self.dynamodb(), self.table(&AUDIT_LOG))
    }

    /// DynamoDB, for who has a table of his own.
    pub fn dynamodb(&self) -> Client {
        self.dynamodb.clone()
    }

    /// The real name of a table; that of the catalogue where nobody in this world has declared that he uses it, and nobody does.
    pub fn table(&self, table: &Table) -> String {
        self.tables.get(table.name).unwrap_or(table.name).to_owned()
    }

    pub fn keyring(&self) -> Option<Arc<Keyring>> {
        self.keyring.clone()
    }

    pub fn answers(&self) -> Answers {
        Answers::new(self.dynamodb.clone(), self.table(&IDEMPOTENCY))
    }

    pub fn requester(&self) -> Arc<Requester> {
        self.requester.clone()
    }

    /// The providers.
    pub fn outside(&self) -> Outside {
        self.outside.clone()
    }
}

/// The requester of a world in which nobody asks: consumers do not wait.
pub fn no_replies() -> Arc<Requester> {
    let nobody = Arc::new(NoReplies);
    Arc::new(Requester::new(
        nobody.clone(),
        nobody.clone(),
        Arc::new(SystemEntropy),
        nobody,
    ))
}

struct NoReplies;

fn nobody_asks() -> TransportError {
    TransportError("a consumer does not wait for answers".to_owned())
}

#[async_trait]
impl SendCommand for NoReplies {
    async fn send(&self, _: &Envelope) -> Result<(), TransportError> {
        Err(nobody_asks())
    }
}

#[async_trait]
impl ReceiveReplies for NoReplies {
    async fn queue(&self) -> Result<String, TransportError> {
        Err(nobody_asks())
    }

    async fn receive(&self, _: Duration) -> Result<Vec<String>, TransportError> {
        Err(nobody_asks())
    }
}

impl ObserveReplies for NoReplies {
    fn dropped(&self, _: Dropped) {}
}
