//! What a function is made of: its clients, where its tables are, and what stands in for the outside world.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use tidings_core::{
    Clock, Entropy, Projection,
    catalogue::{EVENTS, IDEMPOTENCY, Resource, SNAPSHOTS, Table},
    clock::{SystemClock, SystemEntropy},
    contract::Addressed,
};

use super::Adapters;
use crate::{
    ConfigError, TableNames,
    commands::CommandQueues,
    environment::{required, schemas},
    event_store::EventStore,
    http::Answers,
    metrics::ReplyMetrics,
    personal::Keyring,
    projection::{Projector, Views},
    request::{OwnReplyQueue, Requester},
    runtime::PersonKeysAt,
};

/// What a function is made of.
#[derive(Clone)]
pub struct Setting {
    config: SdkConfig,
    dynamodb: Client,
    tables: TableNames,
    keyring: Option<Arc<Keyring>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    given: http::Extensions,
    function: Named,
}

/// Which function it is for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Named {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) uses: &'static [Resource],
}

impl Setting {
    /// These clients and tables, with the machine's clock and entropy; and no keys of persons.
    #[must_use]
    pub fn new(config: SdkConfig, dynamodb: Client, tables: TableNames) -> Self {
        Self {
            config,
            dynamodb,
            tables,
            keyring: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            given: http::Extensions::new(),
            function: Named::default(),
        }
    }

    /// What the environment of this process says for a function with these uses, on tables that are named so.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable that is not set.
    pub fn of_this_process(
        config: SdkConfig,
        uses: &[Resource],
        tables: TableNames,
        adapters: Adapters,
    ) -> Result<Self, ConfigError> {
        let keyring = PersonKeysAt::from_environment(uses)?.zip(adapters.key_wrap);
        let dynamodb = Client::new(&config);
        let keyring = keyring.map(|(at, key_wrap)| {
            Arc::new(Keyring::on(
                dynamodb.clone(),
                at.table,
                key_wrap(&config, at.kms_key),
            ))
        });
        Ok(Self::new(config, dynamodb, tables).with_keyring(keyring))
    }

    /// With the keys of persons, for who declares that it uses them.
    #[must_use]
    pub fn with_keyring(self, keyring: Option<Arc<Keyring>>) -> Self {
        Self { keyring, ..self }
    }

    /// With this in place of what a function would make of its environment: a stand-in for the outside world, or what asks handlers of
    /// commands ([`Arc<Requester>`]).
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, given: T) -> Self {
        self.given.insert(given);
        self
    }

    /// What stands in for what a function would make of its environment, if something does.
    #[must_use]
    pub fn given<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.given.get()
    }

    /// The same for one function: with the tables and the keys that it declares, and no others, wherever it runs.
    pub(super) fn for_function(&self, function: Named) -> Self {
        let keyring = self.keyring.clone();
        Self {
            tables: self.tables.only(function.uses),
            keyring: keyring.filter(|_| Resource::personal_among(function.uses)),
            function,
            ..self.clone()
        }
    }

    /// What the function declares that it uses.
    #[must_use]
    pub fn uses(&self) -> &'static [Resource] {
        self.function.uses
    }

    /// The SDK's configuration, for clients of one's own.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// DynamoDB, for who has a table of his own.
    #[must_use]
    pub fn dynamodb(&self) -> Client {
        self.dynamodb.clone()
    }

    /// The real name of a table.
    ///
    /// # Errors
    /// When the function does not declare that it uses the table.
    pub fn table(&self, table: &Table) -> Result<String, ConfigError> {
        self.tables.get(table.name).map(ToOwned::to_owned)
    }

    /// Time.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Chance.
    #[must_use]
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    /// The keys of persons, where the function declares that it uses them.
    #[must_use]
    pub fn keyring(&self) -> Option<Arc<Keyring>> {
        self.keyring.clone()
    }

    /// The event store; with its snapshots, and sealing and opening personal values, where the function declares that it uses them.
    ///
    /// # Errors
    /// When the function does not declare that it uses the table of events.
    pub fn events(&self) -> Result<EventStore, ConfigError> {
        let events = EventStore::new(self.dynamodb(), self.table(&EVENTS)?);
        let events = events.with_keyring(self.keyring());
        Ok(match self.table(&SNAPSHOTS) {
            Ok(snapshots) => events.with_snapshots(snapshots),
            Err(_) => events,
        })
    }

    /// The answers that are kept for requests with an `Idempotency-Key`.
    ///
    /// # Errors
    /// When the function does not declare that it uses the idempotency table.
    pub fn answers(&self) -> Result<Answers, ConfigError> {
        Ok(Answers::new(self.dynamodb(), self.table(&IDEMPOTENCY)?))
    }

    /// The views of a projection, for queries.
    ///
    /// # Errors
    /// When the function does not declare that it uses their table.
    pub fn views<P: Projection>(&self) -> Result<Views<P>, ConfigError> {
        Ok(Views::new(self.dynamodb(), self.table(P::TABLE)?))
    }

    /// What keeps the views of a projection.
    ///
    /// # Errors
    /// When the function does not declare that it uses their table and the table of events.
    pub fn projector<P: Projection>(&self) -> Result<Projector<P>, ConfigError> {
        Ok(Projector::new(self.views()?, self.events()?))
    }

    /// Asks handlers of commands for answers, on a reply queue of this process; its name begins with `REPLY_PREFIX`.
    ///
    /// # Errors
    /// When the environment does not name the queue of a handler (`COMMAND_<TYPE>`), or the prefix.
    pub fn requester(&self) -> Result<Arc<Requester>, ConfigError> {
        if let Some(requester) = self.given::<Arc<Requester>>() {
            return Ok(requester.clone());
        }
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let commands = CommandQueues::from_environment(sqs.clone(), self.uses())?;
        let prefix = required("REPLY_PREFIX")?;
        let replies = OwnReplyQueue::new(sqs, prefix, self.clock(), self.entropy());
        let metrics = ReplyMetrics::of(self.function.service, self.function.name);
        let (replies, metrics) = (Arc::new(replies), Arc::new(metrics));
        let commands = Addressed::new(Arc::new(commands), schemas());
        let requester = Requester::new(Arc::new(commands), replies, self.entropy(), metrics);
        Ok(Arc::new(requester.with_keyring(self.keyring())))
    }
}
