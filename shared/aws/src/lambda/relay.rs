//! The `main` of what publishes a table's events: on its stream, and by a schedule.

use std::sync::Arc;

use aws_lambda_events::dynamodb;
use aws_types::SdkConfig;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::{
    catalogue::{Access, Resource, Table},
    clock::SystemClock,
    contract::Addressed,
    ports::Publish,
};

use super::{begin, deadline};
use crate::{
    TableNames,
    clients::function_config,
    environment::{ConfigError, schemas},
    outbox::Outbox,
    relay::{self, Relay},
};

/// Opens the topic that the environment names.
pub type OpenTopic = fn(&SdkConfig) -> Result<Arc<dyn Publish>, ConfigError>;

/// Runs the relay on the stream of `table`, which `TABLE_<NAME>` names.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn relay(table: &'static Table, topic: OpenTopic) -> Result<(), Error> {
    begin(Box::pin(run(table, topic)))
}

async fn run(table: &'static Table, topic: OpenTopic) -> Result<(), Error> {
    let relay = &relay_on(&function_config(), table, topic)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<dynamodb::Event>| {
        let deadline = deadline(event.context.deadline, relay::TIMEOUT);
        Ok::<_, Error>(relay.handle(event.payload, deadline).await)
    }))
    .await
}

/// Runs the sweeper of `table`, by a schedule; what it is invoked with does not matter. An invocation that has to leave
/// something behind fails, so that an alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn sweeper(table: &'static Table, topic: OpenTopic) -> Result<(), Error> {
    begin(Box::pin(sweep(table, topic)))
}

async fn sweep(table: &'static Table, topic: OpenTopic) -> Result<(), Error> {
    let relay = &relay_on(&function_config(), table, topic)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde::de::IgnoredAny>| {
        let deadline = deadline(event.context.deadline, relay::TIMEOUT);
        let swept = relay.sweep(relay::GRACE, deadline).await;
        let swept = swept.map_err(|failure| failure.reason().to_owned())?;
        Ok::<_, Error>(swept.complete()?)
    }))
    .await
}

fn relay_on(config: &SdkConfig, table: &'static Table, topic: OpenTopic) -> Result<Relay, Error> {
    let names = TableNames::from_environment(&[Resource::Table(table, Access::Mark)])?;
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    Ok(Relay::new(
        Outbox::of(dynamodb, names.get(table.name)?, table),
        Arc::new(Addressed::new(topic(config)?, schemas())),
        Arc::new(SystemClock),
    ))
}
