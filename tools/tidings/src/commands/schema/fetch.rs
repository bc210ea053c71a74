//! Contracts of then: of a commit, a folder, a catalogue document in a file, behind an address, or in the bucket of a stage.

use std::path::Path;

use anyhow::{Context as _, bail};
use aws_sdk_s3::error::DisplayErrorContext;
use tidings_aws::clients::{https, timeouts};
use tidings_schema::{gate::Catalogue, source};

use crate::system::storefront;

/// The contracts and consumers that the code says; where it says no contracts, those of the files beside it.
pub fn now(events: &Path) -> anyhow::Result<Catalogue> {
    let said = serde_json::to_value(storefront().catalogue())?;
    let mut catalogue: Catalogue = serde_json::from_value(said).context("the catalogue of this code")?;
    if catalogue.contracts.is_empty() {
        catalogue.contracts = source::folder(events)?.contracts;
    }
    Ok(catalogue)
}

/// What `named` names: a catalogue document behind an address or in a file, a folder, or else a commit, tag or branch.
pub async fn then(named: &str, events: &Path) -> anyhow::Result<Catalogue> {
    let path = Path::new(named);
    match named.split_once("://") {
        Some(_) => catalogue(named).await,
        None if path.is_file() => Ok(source::file(path)?),
        None if path.is_dir() => Ok(source::folder(path)?),
        None => source::git(named, events).with_context(|| {
            format!("{named} is no file, no folder and no address, so it was taken for a commit")
        }),
    }
}

/// A catalogue document, where it is in a file or behind an address (`https://…`, `s3://bucket/key`).
pub async fn catalogue(named: &str) -> anyhow::Result<Catalogue> {
    let text = match named.split_once("://") {
        None => return Ok(source::file(Path::new(named))?),
        Some(("s3", place)) => object(place).await?,
        Some(("https" | "http", _)) => {
            let answer = reqwest::get(named)
                .await
                .and_then(reqwest::Response::error_for_status);
            answer
                .with_context(|| named.to_owned())?
                .text()
                .await
                .with_context(|| named.to_owned())?
        }
        Some((scheme, _)) => bail!("{named}: {scheme} is not known; there are https://, http:// and s3://"),
    };
    Ok(source::document(named, &text)?)
}

/// An object of a bucket, in the region and with the credentials of the AWS CLI.
async fn object(place: &str) -> anyhow::Result<String> {
    let (bucket, key) = place
        .split_once('/')
        .with_context(|| format!("s3://{place} has no key; it is like s3://bucket/catalogue.json"))?;
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(https())
        .timeout_config(timeouts())
        .load()
        .await;
    let settings = aws_sdk_s3::config::Builder::from(&config)
        // An endpoint of one's own (an emulator) seldom has a host name for every bucket.
        .force_path_style(config.endpoint_url().is_some());
    let client = aws_sdk_s3::Client::from_conf(settings.build());
    let got = client.get_object().bucket(bucket).key(key).send().await;
    let got = got.map_err(|error| anyhow::anyhow!("s3://{place}: {}", DisplayErrorContext(error)))?;
    let bytes = got
        .body
        .collect()
        .await
        .with_context(|| format!("s3://{place}"))?;
    String::from_utf8(bytes.to_vec()).with_context(|| format!("s3://{place} is no text"))
}
