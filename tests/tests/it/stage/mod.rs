//! The schemas of a stage: published into its bucket, and the code's contracts held against the document that it was deployed with. On S3,
//! SQS and CloudFormation of an emulator of the test's own; deployed is no more than a stack that says where the document is.

use std::{
    fs,
    process::{Command, Output},
};

use anyhow::{Context as _, ensure};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use tidings_tests::{checkout::root, emulator::Emulator, stack::configuration, worker::tidings};

const SCHEMAS: &str = "beta-storefront-schemas-000000000000-us-east-1";
const ASSETS: &str = "assets";

/// The stage `beta` of the storefront, as far as the verbs of schemas ask for it.
struct Stage {
    s3: aws_sdk_s3::Client,
    emulator: Emulator,
}

impl Stage {
    async fn deploy(document: &Value) -> anyhow::Result<Self> {
        let emulator = Emulator::bare("stage")?;
        let config = configuration(emulator.endpoint()).await;
        let settings = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
        let s3 = aws_sdk_s3::Client::from_conf(settings.build());
        for bucket in [SCHEMAS, ASSETS] {
            s3.create_bucket().bucket(bucket).send().await?;
        }
        // The account is known by the queue of the first consumer, which handles a command.
        let first = document["consumers"][0]["name"].as_str().context("a consumer")?;
        let queue = aws_sdk_sqs::Client::new(&config).create_queue();
        queue
            .queue_name(format!("beta-{first}.fifo"))
            .attributes(QueueAttributeName::FifoQueue, "true")
            .send()
            .await?;
        let template = json!({
            "Resources": { "Topic": { "Type": "AWS::SNS::Topic" } },
            "Outputs": { "CatalogueUrl": { "Value": format!("s3://{ASSETS}/catalogue.json") } },
        });
        let stack = aws_sdk_cloudformation::Client::new(&config).create_stack();
        stack
            .stack_name("beta-storefront-platform")
            .template_body(template.to_string())
            .send()
            .await?;
        let stage = Self { s3, emulator };
        stage.put(document).await?;
        Ok(stage)
    }

    /// Puts the document where the stack says that it is.
    async fn put(&self, document: &Value) -> anyhow::Result<()> {
        let put = self.s3.put_object().bucket(ASSETS).key("catalogue.json");
        let body = ByteStream::from(document.to_string().into_bytes());
        put.body(body).send().await?;
        Ok(())
    }

    /// Exit code, standard output and standard error of `tidings schema …`.
    fn schema(&self, arguments: &[&str]) -> anyhow::Result<(Option<i32>, String, String)> {
        let mut command = Command::new(tidings()?);
        command.arg("schema").args(arguments).env_remove("TIDINGS_STAGE");
        command.current_dir(root());
        let variables = self.emulator.variables().iter();
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .envs(variables.map(|(name, value)| (name, value)))
            .output()?;
        Ok((
            status.code(),
            String::from_utf8(stdout)?,
            String::from_utf8(stderr)?,
        ))
    }
}

/// The catalogue that the code says.
fn catalogue() -> anyhow::Result<Value> {
    let printed = Command::new(tidings()?).args(["catalog", "--json"]).output()?;
    Ok(serde_json::from_slice(&printed.stdout)?)
}

/// The same before `order.cancelled` had a second version, which only readers of it may be sent.
fn before_the_second_version(mut document: Value) -> Value {
    let contracts = document["contracts"].as_array_mut().into_iter().flatten();
    for contract in contracts.filter(|contract| contract["type"] == "order.cancelled") {
        contract["current"] = json!(1);
        if let Some(versions) = contract["versions"].as_array_mut() {
            versions.truncate(1);
        }
    }
    let consumers = document["consumers"].as_array_mut().into_iter().flatten();
    let events = consumers.flat_map(|consumer| consumer["events"].as_array_mut().into_iter().flatten());
    for event in events.filter(|event| event["type"] == "order.cancelled") {
        event["version"] = json!(1);
    }
    document
}

#[tokio::test]
async fn what_is_published_is_what_was_released_and_what_is_deployed_is_compared_with_its_consumers()
-> anyhow::Result<()> {
    let document = catalogue()?;
    let stage = Stage::deploy(&document).await?;

    let (code, said, error) = stage.schema(&["publish", "--stage", "beta"])?;
    ensure!(code == Some(0), "{said}{error}");
    let listed = stage.s3.list_objects_v2().bucket(SCHEMAS).send().await?;
    ensure!(
        listed.contents().len() == said.lines().count() && listed.contents().len() > 40,
        "{said}"
    );
    let got = stage
        .s3
        .get_object()
        .bucket(SCHEMAS)
        .key("order.placed/v2.json")
        .send()
        .await?;
    ensure!(got.content_type() == Some("application/schema+json"), "{got:?}");
    let kept = fs::read(root().join("events/order.placed/v2.schema.json"))?;
    ensure!(
        got.body.collect().await?.to_vec() == kept,
        "the schema in the bucket is not the one in events/"
    );

    let (code, said, error) = stage.schema(&["check", "--against", "stage:beta"])?;
    ensure!(code == Some(0), "{said}{error}");
    ensure!(
        said.contains(" contracts unchanged, 0 changed: nothing fails."),
        "{said}"
    );

    stage.put(&before_the_second_version(document)).await?;
    let (code, said, error) = stage.schema(&["check", "--against", "stage:beta"])?;
    ensure!(code == Some(1), "{said}{error}");
    ensure!(
        said.contains("error[CONSUMER_READS_LESS] order.cancelled v2"),
        "{said}"
    );
    ensure!(
        said.contains("refund-payment is deployed and reads version 1"),
        "{said}"
    );
    // A commit knows no consumers, and may have the version already that the stage has not.
    let (code, said, error) = stage.schema(&["check", "--against", "HEAD", "--deployed", "stage:beta"])?;
    ensure!(code == Some(1), "{said}{error}");
    ensure!(said.contains("refund-payment is deployed"), "{said}");

    let (code, _, error) = stage.schema(&["check", "--against", "stage:gamma"])?;
    ensure!(
        code == Some(1) && error.contains("the stack gamma-storefront-platform"),
        "{error}"
    );
    Ok(())
}
