//! `events/invocations/`: what `cargo lambda invoke` gives to functions.

use anyhow::{Context as _, ensure};
use aws_lambda_events::{lambda_function_urls::LambdaFunctionUrlRequest, sqs::SqsEvent};
use serde_json::Value;
use tidings_tests::checkout::read;

use super::samples::{Sample, files, samples};

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

fn is_batch(batch: &SqsEvent, samples: &[Sample]) -> anyhow::Result<()> {
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
            let known = samples
                .iter()
                .map(|sample| serde_json::from_str::<Value>(&sample.text));
            ensure!(
                known.flatten().any(|sample| sample == event),
                "{} is not as in events/",
                event["id"]
            );
        }
    }
    Ok(())
}

fn is_request(request: &LambdaFunctionUrlRequest) -> anyhow::Result<()> {
    ensure!(
        request.version.as_deref() == Some("2.0"),
        "it is not of payload version 2.0"
    );
    ensure!(
        request.request_context.http.method.as_deref() == Some("POST"),
        "it is no POST"
    );
    serde_json::from_str::<Value>(request.body.as_deref().context("it has no body")?)?;
    Ok(())
}
