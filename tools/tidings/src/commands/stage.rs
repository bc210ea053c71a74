//! The document that a stage was deployed with, and objects of its buckets.

use anyhow::{Context as _, bail};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata as _};

use crate::{system::storefront, worker::deployment::configuration};

/// The stack that has it among its outputs, and the output (`infra/lib/schemas.ts`).
const STACK: &str = "platform";
const OUTPUT: &str = "CatalogueUrl";

/// The catalogue document of a stage ('' is the one whose names have no beginning): where it is, and its text.
pub async fn document(stage: &str) -> anyhow::Result<(String, String)> {
    let config = configuration().await;
    let prefix = match stage {
        "" => String::new(),
        stage => format!("{stage}-"),
    };
    let stack = format!("{prefix}{}-{STACK}", storefront().name());
    let described = aws_sdk_cloudformation::Client::new(&config)
        .describe_stacks()
        .stack_name(&stack);
    let described = described.send().await.map_err(|error| match error.message() {
        Some(said) => {
            anyhow::anyhow!("the stack {stack}: {said}: deploy the stage first, or name another")
        }
        None => anyhow::anyhow!("the stack {stack}: {}", DisplayErrorContext(error)),
    })?;
    let outputs = described
        .stacks
        .unwrap_or_default()
        .into_iter()
        .flat_map(|stack| stack.outputs.unwrap_or_default());
    let url = outputs
        .into_iter()
        .find(|output| output.output_key.as_deref() == Some(OUTPUT));
    let Some(url) = url.and_then(|output| output.output_value) else {
        bail!(
            "the stack {stack} has no output {OUTPUT}: what is deployed is older than that output; deploy it again"
        );
    };
    let Some(place) = url.strip_prefix("s3://") else {
        bail!("{OUTPUT} of the stack {stack} is no object of S3: {url}");
    };
    let text = object(&config, place).await?;
    Ok((url, text))
}

/// The text of an object, `bucket/key`.
pub async fn object(config: &SdkConfig, place: &str) -> anyhow::Result<String> {
    let (bucket, key) = place
        .split_once('/')
        .with_context(|| format!("s3://{place} has no key; it is like s3://bucket/catalogue.json"))?;
    let got = s3(config).get_object().bucket(bucket).key(key).send().await;
    let got = got.map_err(|error| anyhow::anyhow!("s3://{place}: {}", DisplayErrorContext(error)))?;
    let bytes = got.body.collect().await;
    let bytes = bytes.with_context(|| format!("s3://{place}"))?;
    String::from_utf8(bytes.to_vec()).with_context(|| format!("s3://{place} is no text"))
}

/// A client of S3. An endpoint of one's own (an emulator) seldom has a host name for every bucket.
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let own = config.endpoint_url().is_some();
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(own);
    aws_sdk_s3::Client::from_conf(settings.build())
}
