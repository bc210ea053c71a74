//! Lambda entry points: a function's whole `main`.
//!
//! Clients are made once, in init, and the first call to DynamoDB is made there too, so that no message waits
//! for a TLS handshake.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use aws_lambda_events::{dynamodb, lambda_function_urls::LambdaFunctionUrlRequest, sqs::SqsEvent};
use jiff::Timestamp;
pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, service_fn};
use tidings_core::{Consumer, clock::SystemClock, ports::ClaimCheck};

use crate::{
    HandleBatch as _, Run, Runtime, TableNames,
    claim_check::S3ClaimCheck,
    clients::sdk_config,
    environment::{ConfigError, optional, required},
    http::{Serve, serve},
    log::{self, Log},
    metrics::Metrics,
    outbox::Outbox,
    relay::{self, Relay},
    runtime::Resources,
    topic::Topic,
};

/// Runs a consumer on the tables that `TABLE_<NAME>` names for each that it uses; `make` gets the SDK's configuration for
/// clients of its own.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn consumer<C, M>(make: M) -> Result<(), Error>
where
    C: Consumer,
    C::Guarantee: Run<C>,
    M: AsyncFnOnce(&SdkConfig) -> Result<C, Error>,
{
    begin()?;
    run(TableNames::from_environment(C::USES)?, make).await
}

/// Runs a consumer as [`consumer`] does, on tables that are named by other means than `TABLE_<NAME>`: for a function that
/// joins an infrastructure of its own.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn consumer_on<C, M>(tables: TableNames, make: M) -> Result<(), Error>
where
    C: Consumer,
    C::Guarantee: Run<C>,
    M: AsyncFnOnce(&SdkConfig) -> Result<C, Error>,
{
    begin()?;
    run(tables, make).await
}

async fn run<C, M>(tables: TableNames, make: M) -> Result<(), Error>
where
    C: Consumer,
    C::Guarantee: Run<C>,
    M: AsyncFnOnce(&SdkConfig) -> Result<C, Error>,
{
    let config = sdk_config().await;
    let observe = Arc::new((Log, Metrics::of::<C>()));
    let surroundings = Resources::from_environment::<C>(tables)?.surroundings(&config, observe);
    surroundings.records.warm().await;
    let runtime = &Runtime::new(make(&config).await?, surroundings);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let deadline = deadline(event.context.deadline, C::SETTINGS.timeout);
        Ok::<_, Error>(runtime.handle(event.payload, deadline).await)
    }))
    .await
}

/// Runs a publisher.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn publisher<P, M>(make: M) -> Result<(), Error>
where
    P: Serve,
    M: AsyncFnOnce(&SdkConfig, Topic) -> Result<P, Error>,
{
    begin()?;
    let config = sdk_config().await;
    let topic = topic(&config)?;
    let publisher = &make(&config, topic).await?;
    lambda_runtime::run(service_fn(
        async |event: LambdaEvent<LambdaFunctionUrlRequest>| {
            Ok::<_, Error>(serve(publisher, event.payload).await)
        },
    ))
    .await
}

/// Runs the relay on the stream of the outbox table.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn relay() -> Result<(), Error> {
    begin()?;
    let relay = &relay_on(&sdk_config().await)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<dynamodb::Event>| {
        let deadline = deadline(event.context.deadline, relay::TIMEOUT);
        Ok::<_, Error>(relay.handle(event.payload, deadline).await)
    }))
    .await
}

/// Runs the sweeper of the outbox table, by a schedule; what it is invoked with does not matter. An invocation that has to leave
/// something behind fails, so that an alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn sweeper() -> Result<(), Error> {
    begin()?;
    let relay = &relay_on(&sdk_config().await)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde::de::IgnoredAny>| {
        let deadline = deadline(event.context.deadline, relay::TIMEOUT);
        let swept = relay.sweep(relay::GRACE, deadline).await;
        let swept = swept.map_err(|failure| failure.reason().to_owned())?;
        Ok::<_, Error>(swept.complete()?)
    }))
    .await
}

fn relay_on(config: &SdkConfig) -> Result<Relay, Error> {
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    Ok(Relay {
        topic: Arc::new(topic(config)?),
        outbox: Outbox::new(dynamodb, required("OUTBOX_TABLE")?),
        clock: Arc::new(SystemClock),
    })
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

/// When the invocation is killed. `cargo lambda watch` gives a deadline in 1970; one that is past when the
/// invocation begins is unknown, and the declared time-out counts.
fn deadline(millis: u64, timeout: Duration) -> Timestamp {
    let now = Timestamp::now();
    let given = i64::try_from(millis)
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok());
    given
        .filter(|deadline| *deadline > now)
        .unwrap_or_else(|| now.saturating_add(timeout).unwrap_or(Timestamp::MAX))
}

/// The binary was started outside Lambda.
#[derive(Debug, thiserror::Error)]
#[error(
    "this is a Lambda function and needs the Lambda runtime API (AWS_LAMBDA_RUNTIME_API); \
     to run it here, see `make run` and `make watch`"
)]
struct NotLambda;

fn begin() -> Result<(), NotLambda> {
    optional("AWS_LAMBDA_RUNTIME_API").ok_or(NotLambda)?;
    log::begin();
    Ok(())
}
