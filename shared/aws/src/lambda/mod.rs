//! Lambda entry points: a function's whole `main`.
//!
//! A `main` is synchronous, and names its function to `tidings-lambda`, which adds what reaches S3, KMS and SNS and comes here. The runtime
//! of tokio is made here, and everything that is awaited is polled here, so a binary compiles none of it.
//!
//! Clients are made once, in init, and the first call to DynamoDB is made there too, so that no message and no customer waits
//! for a TLS handshake.

mod consumer;
mod endpoint;
mod reaper;
mod relay;
mod scheduled;
mod snapshotter;
mod warm;

use std::time::Duration;

use futures::future::LocalBoxFuture;
use jiff::Timestamp;
pub use lambda_runtime::Error;

pub use consumer::consumer;
pub use endpoint::endpoint;
pub use reaper::reaper;
pub use relay::{OpenTopic, relay, sweeper};
pub use scheduled::scheduled;
pub use snapshotter::snapshotter;

use crate::{environment::optional, log};

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

/// Runs a function until the Lambda runtime API ends.
fn begin(function: LocalBoxFuture<'static, Result<(), Error>>) -> Result<(), Error> {
    optional("AWS_LAMBDA_RUNTIME_API").ok_or(NotLambda)?;
    log::begin();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(function)
}
