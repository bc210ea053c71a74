//! What every transport must do, on those that `make test` has: the bus in this process, and the deployed system on the emulator,
//! consumed by its functions and then by `tidings worker`.

mod command;
mod polling;

use anyhow::Context as _;
use tidings_tests::{
    Stack,
    conformance::{Consuming, Deployed, InProcess, suite},
    stack::CONSUMERS,
};

#[tokio::test]
async fn the_in_process_bus_does_what_a_transport_must() -> anyhow::Result<()> {
    suite(&InProcess::start().await?).await
}

/// One emulator for both, because starting and deploying it takes most of the time.
#[tokio::test]
async fn functions_and_workers_on_sns_and_sqs_do_what_a_transport_must() -> anyhow::Result<()> {
    let stack = Stack::open("conformance").await?;
    let own = stack.emulator().is_some();
    let functions = Deployed::open("functions", &stack, own, Consuming::Functions).await?;
    suite(&functions).await?;
    functions.close().await?;

    let Some(emulator) = stack.emulator() else {
        println!(
            "SKIPPED: the worker: its queues are the functions', and this endpoint is not the test's own."
        );
        return Ok(());
    };
    for function in CONSUMERS {
        unfeed(&stack, function)
            .await
            .with_context(|| format!("taking the queue from {function}"))?;
    }
    let consuming = Consuming::Worker {
        variables: emulator.variables().to_vec(),
        arguments: &[],
    };
    let worker = Deployed::open("worker", &stack, own, consuming).await?;
    suite(&worker).await?;
    worker.close().await
}

/// Deletes a function's event source mapping: else it would take the worker's messages.
async fn unfeed(stack: &Stack, function: &str) -> anyhow::Result<()> {
    let list = stack.lambda.list_event_source_mappings().function_name(function);
    let mappings = list.send().await?.event_source_mappings.unwrap_or_default();
    let [mapping] = mappings.as_slice() else {
        anyhow::bail!("{} event source mappings", mappings.len())
    };
    let uuid = mapping.uuid().context("a mapping without id")?;
    stack
        .lambda
        .delete_event_source_mapping()
        .uuid(uuid)
        .send()
        .await?;
    Ok(())
}
