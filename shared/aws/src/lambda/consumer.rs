//! A consumer's `main`.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::{begin, deadline};
use crate::{
    HandleBatch as _, Runtime, TableNames,
    clients::function_config,
    log::Log,
    metrics::Metrics,
    runtime::Resources,
    service::{Adapters, ConsumerEntry, Setting},
};

/// Runs a consumer, on the tables that `TABLE_<NAME>` names for each that it uses, unless it names its tables itself.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn consumer(function: ConsumerEntry, adapters: Adapters) -> Result<(), Error> {
    begin(Box::pin(run(function, adapters)))
}

async fn run(function: ConsumerEntry, adapters: Adapters) -> Result<(), Error> {
    let declared = function.declared();
    let tables = match function.tables() {
        Some(tables) => tables,
        None => TableNames::from_environment(declared.uses)?,
    };
    let resources = Resources::from_environment(declared, tables.clone())?;
    let config = function_config();
    let observe = Arc::new((Log, Metrics::of(declared)));
    let surroundings = resources.surroundings(&config, adapters, observe);
    surroundings.records.warm().await;
    let setting = Setting::new(config.clone(), Client::new(&config), tables);
    let setting = setting.with_keyring(surroundings.keyring.clone());
    let timeout = declared.settings.timeout;
    let runtime = &Runtime::new(function.handler(&setting).await?, surroundings);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let deadline = deadline(event.context.deadline, timeout);
        Ok::<_, Error>(runtime.handle(event.payload, deadline).await)
    }))
    .await
}
