//! `tidings catalog diff` against what is deployed: nothing differs, and what is then changed by hand is told.

use std::process::Command;

use anyhow::{Context as _, ensure};
use aws_sdk_sqs::types::QueueAttributeName;
use billing::CreateInvoice;
use serde_json::{Value, json};
use tidings_core::Consumer as _;
use tidings_tests::{Stack, worker::tidings};

/// What differs, as the command line tells it; and its exit code. An emulator of the test's own does not carry out the time to live that a
/// template gives a table, so what is told of that is left out there.
fn differences(stack: &Stack) -> anyhow::Result<Vec<Value>> {
    let mut command = Command::new(tidings()?);
    command
        .args(["catalog", "diff", "--json"])
        .env_remove("TIDINGS_STAGE");
    if let Some(emulator) = stack.emulator() {
        command.envs(emulator.variables().iter().map(|(name, value)| (name, value)));
    }
    let output = command.output()?;
    let told = String::from_utf8(output.stdout)?;
    let told = serde_json::from_str::<Vec<Value>>(&told);
    let mut told = told.with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    // The exit code is of all that was told.
    let code = output.status.code();
    ensure!(code == Some(i32::from(!told.is_empty())), "{code:?}: {told:?}");
    if stack.emulator().is_some() {
        told.retain(|one| one["setting"] != "expires by");
        eprintln!("The emulator sets no time to live, so what is told of it is not looked at.");
    }
    Ok(told)
}

/// The ARN of the subscription that leads to a queue.
async fn subscription(stack: &Stack, queue: &str) -> anyhow::Result<String> {
    let listed = stack
        .sns
        .list_subscriptions_by_topic()
        .topic_arn(&stack.topic_arn);
    let listed = listed
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await?;
    let ending = format!(":{queue}");
    let leads = |endpoint: Option<&str>| endpoint.is_some_and(|endpoint| endpoint.ends_with(&ending));
    let found = listed.into_iter().find(|one| leads(one.endpoint()));
    found
        .and_then(|one| one.subscription_arn)
        .with_context(|| format!("a subscription of {queue}"))
}

#[tokio::test]
async fn a_filter_and_a_queue_that_were_changed_by_hand_are_told() -> anyhow::Result<()> {
    let stack = Stack::open_whole("drift").await?;
    let told = differences(&stack)?;
    ensure!(told.is_empty(), "as deployed: {told:?}");

    let queue = CreateInvoice::NAME;
    let arn = subscription(&stack, queue).await?;
    let filter = json!({ "type": ["order.placed", "order.cancelled"] });
    let change = stack.sns.set_subscription_attributes().subscription_arn(arn);
    let change = change
        .attribute_name("FilterPolicy")
        .attribute_value(filter.to_string());
    change.send().await?;
    let url = stack.queue_url(queue).await?;
    let change = stack.sqs.set_queue_attributes().queue_url(url);
    change
        .attributes(QueueAttributeName::VisibilityTimeout, "33")
        .send()
        .await?;

    let told = differences(&stack)?;
    let filtered = json!({
        "kind": "subscription",
        "name": queue,
        "setting": "filter",
        "expected": { "type": ["order.placed"] },
        "found": { "type": ["order.cancelled", "order.placed"] },
    });
    ensure!(told.contains(&filtered), "{told:#?}");
    let hidden = |one: &Value| one["kind"] == "queue" && one["name"] == queue && one["found"] == 33;
    ensure!(told.iter().any(hidden), "{told:#?}");
    ensure!(told.len() == 2, "{told:#?}");
    Ok(())
}
