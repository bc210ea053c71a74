//! The `main` of a publisher or a query.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::{begin, warm::warm};
use crate::{
    TableNames,
    clients::function_config,
    http::{Door, serve_through},
    service::{Adapters, ErasedEndpoint, Setting},
};

/// Runs a publisher or a query.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn endpoint(function: ErasedEndpoint, adapters: Adapters) -> Result<(), Error> {
    begin(Box::pin(run(function, adapters)))
}

async fn run(function: ErasedEndpoint, adapters: Adapters) -> Result<(), Error> {
    let declared = &function.declared;
    let door = Door::of_this_process()?;
    let tables = TableNames::from_environment(declared.uses)?;
    let config = function_config();
    let setting = Setting::of_this_process(config, declared.uses, tables, adapters)?;
    let endpoint = &*function.endpoint(&setting).await?;
    // A customer waits for the first request.
    warm(&setting, declared.uses).await;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        Ok::<_, Error>(serve_through(door.as_ref(), declared, endpoint, event).await)
    }))
    .await
}
