//! Waiting for something to become true.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::{Instant, sleep};

/// How long anything may take that is expected to happen. It says when a test gives up, not how fast the system is.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// How often it is said that there is progress.
const REPORT: Duration = Duration::from_secs(10);

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

/// Waits until at most `most` of something are left, and says now and then how many there are. Gives up when they have not
/// become fewer for [`PATIENCE`].
///
/// # Errors
/// When they do not become fewer, or cannot be counted.
pub async fn at_most(
    most: u32,
    what: &str,
    mut count: impl AsyncFnMut() -> anyhow::Result<u32>,
) -> anyhow::Result<()> {
    let (mut fewest, mut since, mut said) = (u32::MAX, Instant::now(), Instant::now());
    loop {
        let left = count().await?;
        if left <= most {
            return Ok(());
        }
        if left < fewest {
            (fewest, since) = (left, Instant::now());
        }
        let patience = PATIENCE.as_secs();
        ensure!(
            since.elapsed() < PATIENCE,
            "for {patience} s, there were never fewer than {fewest} {what}"
        );
        if said.elapsed() > REPORT {
            eprintln!("{left} {what}");
            said = Instant::now();
        }
        sleep(Duration::from_millis(250)).await;
    }
}
