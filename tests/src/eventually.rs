//! Waiting for something to become true.

use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{Instant, sleep};

/// How long anything may take that is expected to happen. It says when a test gives up, not how fast the system is.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Asks until there is an answer, and gives up after [`PATIENCE`].
///
/// # Errors
/// The last error that `ask` gave, and what was waited for.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    every(Duration::from_millis(250), what, ask).await
}

/// Like [`eventually`], with a pause of one's own between two questions.
///
/// # Errors
/// The last error that `ask` gave, and what was waited for.
pub async fn every<T>(
    pause: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let begun = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) if begun.elapsed() > PATIENCE => {
                return Err(error)
                    .with_context(|| format!("waited {} s in vain: {what}", PATIENCE.as_secs()));
            }
            Err(_) => sleep(pause).await,
        }
    }
}
