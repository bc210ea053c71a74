//! The `main` of what runs by a schedule.

use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::{begin, deadline};
use crate::{
    TableNames,
    clients::function_config,
    service::{Adapters, ScheduledEntry, Setting},
};

/// Runs a function by its schedule; what it is invoked with does not matter. A run that has to leave something behind fails, so that an
/// alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn scheduled(function: ScheduledEntry, adapters: Adapters) -> Result<(), Error> {
    begin(Box::pin(run(function, adapters)))
}

async fn run(function: ScheduledEntry, adapters: Adapters) -> Result<(), Error> {
    let declared = function.declared();
    let tables = TableNames::from_environment(declared.uses)?;
    let config = function_config();
    let setting = Setting::of_this_process(config, declared.uses, tables, adapters)?;
    let timeout = declared.settings.timeout;
    let scheduled = &*function.scheduled(&setting).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde::de::IgnoredAny>| {
        let deadline = deadline(event.context.deadline, timeout);
        let ran = scheduled.run_once(deadline).await;
        Ok::<_, Error>(ran.map_err(|failure| failure.reason().to_owned())?)
    }))
    .await
}
