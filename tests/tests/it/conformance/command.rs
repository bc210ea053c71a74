//! `tidings worker` where something is not deployed.

use std::process::Command;

use anyhow::{Context as _, ensure};
use aws_sdk_sqs::Client;
use tidings_tests::{emulator::Emulator, stack::configuration, worker::tidings};

#[tokio::test]
async fn what_is_not_deployed_is_told_with_what_to_do() -> anyhow::Result<()> {
    let emulator = Emulator::bare("worker-missing")?;
    let sqs = Client::new(&configuration(emulator.endpoint()).await);
    told(&emulator, &[], "there is no queue track-analytics")?;
    sqs.create_queue().queue_name("track-analytics").send().await?;
    told(&emulator, &[], "there is no queue track-analytics-dlq")?;
    sqs.create_queue()
        .queue_name("track-analytics-dlq")
        .send()
        .await?;
    told(&emulator, &[], "there is no table storefront-analytics")?;
    told(
        &emulator,
        &["--stage", "beta"],
        "there is no queue beta-track-analytics",
    )
}

fn told(emulator: &Emulator, arguments: &[&str], expected: &str) -> anyhow::Result<()> {
    let variables = emulator.variables().iter();
    let worker = Command::new(tidings()?)
        .args(["worker", "track-analytics"])
        .args(arguments)
        .envs(variables.map(|(name, value)| (name, value)))
        .output()
        .context("the worker")?;
    let said = String::from_utf8_lossy(&worker.stderr);
    ensure!(!worker.status.success(), "it began: {said}");
    ensure!(
        said.contains(expected) && said.contains("--stage"),
        "it does not say {expected:?}: {said}"
    );
    Ok(())
}
