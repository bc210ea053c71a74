//! Synthesising the templates, and looking for the consumer in them.

use std::{collections::BTreeMap, fs, process::Command};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tidings_tests::checkout::{root, run};

use super::Added;

/// Templates by stack.
pub type Templates = BTreeMap<String, Value>;

/// Synthesises the CDK app of this checkout from a catalogue, with stand-ins for the functions.
pub fn templates(catalogue: &str) -> anyhow::Result<Templates> {
    let cdk = root().join("infra/node_modules/.bin/cdk");
    ensure!(cdk.exists(), "the CDK is not installed: run `npm ci` in infra");
    let folder = TempDir::new()?;
    let (file, functions, out) = (
        folder.path().join("catalogue.json"),
        folder.path().join("functions"),
        folder.path().join("out"),
    );
    fs::write(&file, catalogue)?;
    let described: Value = serde_json::from_str(catalogue)?;
    let lists = described.as_object().context("a catalogue")?.values();
    let entries = lists.filter_map(Value::as_array).flatten();
    // What has a time-out is a function.
    for function in entries.filter(|entry| entry["timeoutSeconds"].is_u64()) {
        let function = functions.join(function["name"].as_str().context("a name")?);
        fs::create_dir_all(&function)?;
        fs::write(function.join("bootstrap"), "#!/bin/sh\n")?;
    }
    let mut synth = Command::new(cdk);
    synth
        .args(["synth", "--quiet", "--no-notices", "--output"])
        .arg(&out)
        .current_dir(root().join("infra"));
    run(synth
        .env("TIDINGS_CATALOGUE", &file)
        .env("TIDINGS_FUNCTIONS", &functions))?;
    let stacks = fs::read_dir(out)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let stacks = stacks
        .iter()
        .filter_map(|path| Some((path.file_name()?.to_str()?.strip_suffix(".template.json")?, path)));
    stacks
        .map(|(stack, path)| {
            Ok((
                stack.to_owned(),
                serde_json::from_str(&fs::read_to_string(path)?)?,
            ))
        })
        .collect()
}

/// Function, queue, its dead-letter queue, that of the subscription, the filtered subscription, and what joins them.
pub fn the_consumer_is_whole(template: &Value, added: &Added) -> anyhow::Result<()> {
    let name = added.name;
    let find = |kind: &str, property: &str, value: &Value| found(template, kind, property, value);
    let called = |ending: &str| json!(format!("{name}{ending}"));
    let (dead_letters, _) = find("SQS::Queue", "QueueName", &called("-dlq"))?;
    let (undelivered, _) = find("SQS::Queue", "QueueName", &called("-subscription-dlq"))?;
    let (queue, waiting) = find("SQS::Queue", "QueueName", &called(""))?;
    assert_eq!(
        waiting["RedrivePolicy"]["deadLetterTargetArn"],
        arn(&dead_letters)
    );
    let (_, subscription) = find("SNS::Subscription", "Endpoint", &arn(&queue))?;
    assert_eq!(subscription["FilterPolicy"], json!({ "type": [added.takes] }));
    assert_eq!(
        subscription["RedrivePolicy"]["deadLetterTargetArn"],
        arn(&undelivered)
    );
    let (function, program) = find("Lambda::Function", "FunctionName", &called(""))?;
    let environment = &program["Environment"]["Variables"];
    for (variable, value) in added.environment {
        assert_eq!(environment[variable], *value, "{name}");
    }
    assert_eq!(environment["IDEMPOTENCY_TABLE"], "storefront-idempotency");
    let (_, feed) = find("Lambda::EventSourceMapping", "EventSourceArn", &arn(&queue))?;
    assert_eq!(feed["FunctionName"], json!({ "Ref": function }));
    assert_eq!(feed["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    Ok(())
}

/// Function, the table of events and that of answers, and a URL that only who is allowed to may call.
pub fn the_publisher_is_whole(template: &Value, name: &str) -> anyhow::Result<()> {
    let (function, program) = found(template, "Lambda::Function", "FunctionName", &json!(name))?;
    let environment = &program["Environment"]["Variables"];
    assert_eq!(environment["TABLE_EVENTS"], "storefront-events", "{name}");
    assert_eq!(
        environment["TABLE_IDEMPOTENCY"], "storefront-idempotency",
        "{name}"
    );
    let (_, url) = found(template, "Lambda::Url", "TargetFunctionArn", &arn(&function))?;
    assert_eq!(url["AuthType"], "AWS_IAM", "what it believes is for staff to say");
    Ok(())
}

/// The first resource of a kind that has this property, by its logical id, and its properties.
fn found(template: &Value, kind: &str, property: &str, value: &Value) -> anyhow::Result<(String, Value)> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let mut found = resources.filter(|(_, resource)| {
        resource["Type"] == format!("AWS::{kind}") && resource["Properties"][property] == *value
    });
    let (id, resource) = found
        .next()
        .with_context(|| format!("no {kind} with {property} = {value}"))?;
    Ok((id.clone(), resource["Properties"].clone()))
}

fn arn(id: &str) -> Value {
    json!({ "Fn::GetAtt": [id, "Arn"] })
}
