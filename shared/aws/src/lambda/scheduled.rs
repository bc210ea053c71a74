//! The `main` of what runs by a schedule.

use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::{Setting, begin, deadline};
use crate::schedule::RunBySchedule;

/// Runs a function by its schedule; what it is invoked with does not matter. A run that has to leave something behind fails, so that an
/// alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub async fn scheduled<S, M>(make: M) -> Result<(), Error>
where
    S: RunBySchedule,
    M: AsyncFnOnce(&Setting) -> Result<S, Error>,
{
    begin()?;
    let scheduled = &make(&Setting::of(S::USES).await?).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde::de::IgnoredAny>| {
        let deadline = deadline(event.context.deadline, S::SETTINGS.timeout);
        let ran = Box::pin(scheduled.run(deadline)).await;
        Ok::<_, Error>(ran.map_err(|failure| failure.reason().to_owned())?)
    }))
    .await
}
