//! Where a verb's document comes from: this code, a file, or a deployed stage.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use tidings_catalogue::Document;

use crate::{system::storefront, worker::deployment::configuration};

/// The stack that has it among its outputs, and the output (`infra/lib/schemas.ts`).
const STACK: &str = "platform";
const OUTPUT: &str = "CatalogueUrl";

/// Says which document is read.
#[derive(clap::Args)]
pub struct Source {
    /// Reads this document, which `tidings catalog --json` has written, and not the one of this code.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Reads the document with which this stage was deployed ('' is the one whose names have no beginning). Region, credentials and
    /// endpoint are taken as the AWS CLI takes them.
    #[arg(long, conflicts_with = "from")]
    stage: Option<String>,
}

impl Source {
    /// The document.
    pub async fn read(&self) -> anyhow::Result<Document> {
        match &self.stage {
            Some(stage) => deployed(stage).await,
            None => Self::file_or_code(self.from.as_deref()),
        }
    }

    /// The document of a file, or of this code.
    pub fn file_or_code(file: Option<&Path>) -> anyhow::Result<Document> {
        let Some(file) = file else {
            return Self::code();
        };
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Document::read(&text).with_context(|| file.display().to_string())
    }

    /// The document of this code.
    pub fn code() -> anyhow::Result<Document> {
        let text = serde_json::to_string(&storefront().catalogue())?;
        Document::read(&text).context("the catalogue of this code")
    }
}

/// The document that was deployed: an object in S3, which an output of the platform's stack names.
async fn deployed(stage: &str) -> anyhow::Result<Document> {
    let config = configuration().await;
    let prefix = if stage.is_empty() {
        String::new()
    } else {
        format!("{stage}-")
    };
    let stack = format!("{prefix}{}-{STACK}", storefront().name());
    let described = aws_sdk_cloudformation::Client::new(&config)
        .describe_stacks()
        .stack_name(&stack);
    let described = described
        .send()
        .await
        .with_context(|| format!("the stack {stack}"))?;
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
    let Some((bucket, key)) = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
        bail!("{OUTPUT} of the stack {stack} is no object of S3: {url}");
    };
    let object = aws_sdk_s3::Client::new(&config)
        .get_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await;
    let body = object
        .with_context(|| url.clone())?
        .body
        .collect()
        .await
        .with_context(|| url.clone())?;
    let text = String::from_utf8(body.to_vec()).with_context(|| url.clone())?;
    Document::read(&text).with_context(|| url.clone())
}
