//! The `main` of a publisher or a query.

use aws_config::SdkConfig;
use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::catalogue::{EVENTS, IDEMPOTENCY, SNAPSHOTS};

use super::begin;
use crate::{
    ConfigError, TableNames,
    clients::sdk_config,
    event_store::EventStore,
    http::{Answers, Serve, serve},
};

/// What an endpoint is made of: the clients, and where its tables are.
#[derive(Debug, Clone)]
pub struct Setting {
    /// For clients of its own.
    pub config: SdkConfig,
    /// DynamoDB.
    pub dynamodb: Client,
    /// The tables that it uses, by `TABLE_<NAME>`.
    pub tables: TableNames,
}

impl Setting {
    /// The event store; with its snapshots, where the endpoint declares that it uses them.
    ///
    /// # Errors
    /// When the endpoint does not declare that it uses the table of events.
    pub fn events(&self) -> Result<EventStore, ConfigError> {
        let events = EventStore::new(self.dynamodb.clone(), self.tables.get(EVENTS.name)?);
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
}

/// Runs a publisher or a query.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn endpoint<E, M>(make: M) -> Result<(), Error>
where
    E: Serve,
    M: FnOnce(&Setting) -> Result<E, ConfigError>,
{
    begin()?;
    let config = sdk_config().await;
    let setting = Setting {
        dynamodb: Client::new(&config),
        tables: TableNames::from_environment(E::USES)?,
        config,
    };
    let endpoint = &make(&setting)?;
    lambda_runtime::run(service_fn(
        async |event: LambdaEvent<LambdaFunctionUrlRequest>| {
            // Boxed: the futures of SDK calls are nested too deeply for the compiler to lay out as one.
            Ok::<_, Error>(Box::pin(serve(endpoint, event.payload)).await)
        },
    ))
    .await
}
