//! `events/invocations/`: what `cargo lambda invoke` gives to functions.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, ensure};
use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, sqs::SqsEvent};
use serde_json::Value;
use tidings_tests::checkout::{read, root};

#[test]
fn an_invocation_is_a_request_or_a_batch_of_samples() -> anyhow::Result<()> {
    let samples = samples()?;
    for path in files("events/invocations")? {
        let text = read(&path)?;
        let checked = if serde_json::from_str::<Value>(&text)?.get("Records").is_some() {
            is_batch(&serde_json::from_str(&text)?, &samples)
        } else {
            is_request(&serde_json::from_str(&text)?)
        };
        checked.with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The files of a folder, in order.
fn files(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join(folder)).with_context(|| folder.to_owned())?;
    let paths: Result<Vec<_>, _> = entries
        .map(|entry| Ok::<_, anyhow::Error>(entry?.path()))
        .collect();
    let mut paths = paths?;
    paths.sort();
    Ok(paths)
}

/// Everything of `events/` that is an envelope.
fn samples() -> anyhow::Result<Vec<Value>> {
    let mut samples = Vec::new();
    for folder in files("events")?.into_iter().filter(|path| path.is_dir()) {
        for file in files(&folder.to_string_lossy())? {
            let value: Value = serde_json::from_str(&read(file)?)?;
            samples.extend(Some(value).filter(|value| value["specversion"] == "1.0"));
        }
    }
    ensure!(!samples.is_empty(), "there are no samples");
    Ok(samples)
}

fn is_batch(batch: &SqsEvent, samples: &[Value]) -> anyhow::Result<()> {
    ensure!(!batch.records.is_empty(), "it has no record");
    for record in &batch.records {
        ensure!(
            record.message_id.is_some() && record.receipt_handle.is_some(),
            "a record lacks its ids"
        );
        ensure!(
            record.event_source.as_deref() == Some("aws:sqs"),
            "a record is not from SQS"
        );
        for attribute in ["ApproximateReceiveCount", "SentTimestamp"] {
            let value = record
                .attributes
                .get(attribute)
                .with_context(|| attribute.to_owned())?;
            value.parse::<i64>().with_context(|| attribute.to_owned())?;
        }
        let body = record.body.as_deref().context("a record has no body")?;
        if let Ok(event) = serde_json::from_str::<Value>(body) {
            ensure!(samples.contains(&event), "{} is not as in events/", event["id"]);
        }
    }
    Ok(())
}

fn is_request(request: &ApiGatewayV2httpRequest) -> anyhow::Result<()> {
    ensure!(
        request.version.as_deref() == Some("2.0"),
        "it is not of payload version 2.0"
    );
    ensure!(
        request.request_context.http.method.as_str() == "POST",
        "it is no POST"
    );
    serde_json::from_str::<Value>(request.body.as_deref().context("it has no body")?)?;
    Ok(())
}
