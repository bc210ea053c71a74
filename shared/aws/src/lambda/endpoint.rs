//! The `main` of a publisher or a query.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::{
    Projection,
    catalogue::{EVENTS, Endpoint, IDEMPOTENCY, Resource, SNAPSHOTS},
    clock::{SystemClock, SystemEntropy},
};

use super::begin;
use crate::{
    ConfigError, TableNames,
    clients::sdk_config,
    commands::CommandQueues,
    environment::required,
    event_store::EventStore,
    http::{Answers, Serve, serve},
    metrics::ReplyMetrics,
    personal::Keyring,
    projection::Views,
    request::{OwnReplyQueue, Requester},
    runtime::PersonKeysAt,
};

/// What an endpoint, or what runs by a schedule, is made of: the clients, and where its tables are.
#[derive(Clone)]
pub struct Setting {
    /// For clients of its own.
    pub config: SdkConfig,
    /// DynamoDB.
    pub dynamodb: Client,
    /// The tables that it uses, by `TABLE_<NAME>`.
    pub tables: TableNames,
    /// The keys of persons, for who declares that it uses them.
    pub keyring: Option<Arc<Keyring>>,
}

impl Setting {
    /// What a function with these uses is made of.
    pub(super) async fn of(uses: &[Resource]) -> Result<Self, ConfigError> {
        let config = sdk_config().await;
        Ok(Self {
            dynamodb: Client::new(&config),
            tables: TableNames::from_environment(uses)?,
            keyring: PersonKeysAt::from_environment(uses)?
                .map(|at| Arc::new(Keyring::on(&config, at.table, at.kms_key))),
            config,
        })
    }

    /// The event store; with its snapshots, and sealing and opening personal values, where the endpoint declares that it uses them.
    ///
    /// # Errors
    /// When the endpoint does not declare that it uses the table of events.
    pub fn events(&self) -> Result<EventStore, ConfigError> {
        let events = EventStore::new(self.dynamodb.clone(), self.tables.get(EVENTS.name)?);
        let events = events.with_keyring(self.keyring.clone());
        Ok(match self.tables.get(SNAPSHOTS.name) {
            Ok(snapshots) => events.with_snapshots(snapshots),
            Err(_) => events,
        })
    }

    /// The answers that are kept for requests with an `Idempotency-Key`.
    ///
    /// # Errors
    /// When the endpoint does not declare that it uses the idempotency table.
    pub fn answers(&self) -> Result<Answers, ConfigError> {
        Ok(Answers::new(
            self.dynamodb.clone(),
            self.tables.get(IDEMPOTENCY.name)?,
        ))
    }

    /// Asks handlers of commands for answers, on a reply queue of this process; its name begins with `REPLY_PREFIX`.
    ///
    /// # Errors
    /// When the environment does not name the queue of a handler (`COMMAND_<TYPE>`), or the prefix.
    pub fn requester<E: Endpoint>(&self) -> Result<Requester, ConfigError> {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let commands = CommandQueues::from_environment(sqs.clone(), E::USES)?;
        let replies = OwnReplyQueue::new(sqs, required("REPLY_PREFIX")?, clock, entropy.clone());
        let metrics = ReplyMetrics::of(E::SERVICE, E::NAME);
        Ok(Requester::new(
            Arc::new(commands),
            Arc::new(replies),
            entropy,
            Arc::new(metrics),
        ))
    }

    /// The views of a projection.
    ///
    /// # Errors
    /// When the endpoint does not declare that it uses their table.
    pub fn views<P: Projection>(&self) -> Result<Views<P>, ConfigError> {
        Ok(Views::new(self.dynamodb.clone(), self.tables.get(P::TABLE.name)?))
    }
}

/// Runs a publisher or a query.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn endpoint<E, M>(make: M) -> Result<(), Error>
where
    E: Serve,
    M: AsyncFnOnce(&Setting) -> Result<E, Error>,
{
    begin()?;
    let endpoint = &make(&Setting::of(E::USES).await?).await?;
    lambda_runtime::run(service_fn(
        async |event: LambdaEvent<LambdaFunctionUrlRequest>| {
            // Boxed: the futures of SDK calls are nested too deeply for the compiler to lay out as one.
            Ok::<_, Error>(Box::pin(serve(endpoint, event.payload)).await)
        },
    ))
    .await
}
