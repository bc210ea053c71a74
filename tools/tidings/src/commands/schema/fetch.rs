//! Contracts of then: of a commit, a folder, a catalogue document in a file or behind an address, or the one that a stage was deployed with.

use std::path::Path;

use anyhow::{Context as _, bail};
use tidings_schema::{gate::Catalogue, source};

use crate::{commands::stage, system::storefront, worker::deployment::configuration};

/// What a stage's name begins with. No commit, tag or branch has a colon in its name (git-check-ref-format).
const STAGE: &str = "stage:";

/// The contracts and consumers that the code says; where it says no contracts, those of the files beside it.
pub fn now(events: &Path) -> anyhow::Result<Catalogue> {
    let said = serde_json::to_value(storefront().catalogue())?;
    let mut catalogue: Catalogue = serde_json::from_value(said).context("the catalogue of this code")?;
    if catalogue.contracts.is_empty() {
        catalogue.contracts = source::folder(events)?.contracts;
    }
    Ok(catalogue)
}

/// What `named` names: a stage, a catalogue document behind an address or in a file, a folder, or else a commit, tag or branch.
pub async fn then(named: &str, events: &Path) -> anyhow::Result<Catalogue> {
    let path = Path::new(named);
    match named.split_once("://") {
        Some(_) => catalogue(named).await,
        None if named.starts_with(STAGE) => catalogue(named).await,
        None if path.is_file() => Ok(source::file(path)?),
        None if path.is_dir() => Ok(source::folder(path)?),
        None => source::git(named, events).with_context(|| {
            format!(
                "{named} is no file, no folder and no address, so it was taken for a commit (a deployed stage is {STAGE}{named})"
            )
        }),
    }
}

/// A catalogue document, where it is in a file, behind an address (`https://…`, `s3://bucket/key`) or that of a stage (`stage:beta`).
pub async fn catalogue(named: &str) -> anyhow::Result<Catalogue> {
    if let Some(name) = named.strip_prefix(STAGE) {
        let (url, text) = stage::document(name).await?;
        return Ok(source::document(&url, &text)?);
    }
    let text = match named.split_once("://") {
        None => return Ok(source::file(Path::new(named))?),
        Some(("s3", place)) => stage::object(&configuration().await, place).await?,
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
