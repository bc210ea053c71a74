//! The `main` of what publishes a table's events: on its stream, and by a schedule.

use std::sync::Arc;

use aws_lambda_events::dynamodb;
use aws_types::SdkConfig;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::{
    catalogue::{Access, Resource, Table},
    clock::SystemClock,
    ports::ClaimCheck,
};

use super::{begin, deadline};
use crate::{
    TableNames,
    claim_check::S3ClaimCheck,
    clients::function_config,
    environment::{ConfigError, optional, required},
    outbox::Outbox,
    relay::{self, Relay},
    topic::Topic,
};

/// Runs the relay on the stream of `table`, which `TABLE_<NAME>` names.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn relay(table: &'static Table) -> Result<(), Error> {
    begin(Box::pin(run(table)))
}

async fn run(table: &'static Table) -> Result<(), Error> {
    let relay = &relay_on(&function_config(), table)?;
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
pub fn sweeper(table: &'static Table) -> Result<(), Error> {
    begin(Box::pin(sweep(table)))
}

async fn sweep(table: &'static Table) -> Result<(), Error> {
    let relay = &relay_on(&function_config(), table)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde::de::IgnoredAny>| {
        let deadline = deadline(event.context.deadline, relay::TIMEOUT);
        let swept = relay.sweep(relay::GRACE, deadline).await;
        let swept = swept.map_err(|failure| failure.reason().to_owned())?;
        Ok::<_, Error>(swept.complete()?)
    }))
    .await
}

fn relay_on(config: &SdkConfig, table: &'static Table) -> Result<Relay, Error> {
    let names = TableNames::from_environment(&[Resource::Table(table, Access::Mark)])?;
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    Ok(Relay::new(
        Outbox::of(dynamodb, names.get(table.name)?, table),
        Arc::new(topic(config)?),
        Arc::new(SystemClock),
    ))
}

fn topic(config: &SdkConfig) -> Result<Topic, ConfigError> {
    let topic = Topic::new(aws_sdk_sns::Client::new(config), required("TOPIC_ARN")?);
    Ok(topic.with_claim_check(claim_check(config)))
}

/// The bucket for the data of events that are too large for the topic, where the infrastructure has made one.
fn claim_check(config: &SdkConfig) -> Option<Arc<dyn ClaimCheck>> {
    let bucket = optional("CLAIM_CHECK_BUCKET")?;
    Some(Arc::new(S3ClaimCheck::new(config, bucket)))
}
