//! The `main` of what deletes abandoned reply queues.

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::begin;
use crate::{clients::function_config, environment::required, request::reaper::reap};

/// Runs the reaper of the queues whose names begin with `REPLY_PREFIX`, by a schedule; what it is invoked with does not matter. An
/// invocation that could not look at a queue, or delete it, fails, so that an alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn reaper() -> Result<(), Error> {
    begin(Box::pin(run()))
}

async fn run() -> Result<(), Error> {
    let sqs = &aws_sdk_sqs::Client::new(&function_config());
    let prefix = &required("REPLY_PREFIX")?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<serde::de::IgnoredAny>| {
        let reaped = reap(sqs, prefix, Timestamp::now()).await;
        let reaped = reaped.map_err(|failure| failure.reason().to_owned())?;
        Ok::<_, Error>(reaped.complete()?)
    }))
    .await
}
