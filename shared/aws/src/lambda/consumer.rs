//! A consumer's `main`.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::Consumer;

use super::{begin, deadline};
use crate::{
    HandleBatch as _, Run, Runtime, TableNames, clients::sdk_config, log::Log, metrics::Metrics,
    runtime::Resources,
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
