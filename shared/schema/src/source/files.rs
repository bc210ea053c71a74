//! Contracts from files beside each other.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::SourceError;
use crate::gate::{Catalogue, Contract, Version};

/// The contracts that these files hold; the name of each is its path in the folder, like `order.placed/v2.schema.json`.
///
/// # Errors
/// When a file is no JSON.
pub fn contracts(files: &BTreeMap<String, String>) -> Result<Catalogue, SourceError> {
    let json = |path: &str| match files.get(path) {
        None => Ok(None),
        Some(text) => serde_json::from_str::<Value>(text)
            .map(Some)
            .map_err(|error| SourceError::Content {
                path: path.to_owned(),
                why: format!("is no JSON: {error}"),
            }),
    };
    let mut contracts: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for path in files.keys() {
        let Some((name, version)) = schema(path) else {
            continue;
        };
        let stem = format!("{name}/v{version}");
        let sample = json(&format!("{stem}.json"))?;
        let min_reader = sample
            .as_ref()
            .and_then(|sample| sample["minreader"].as_u64())
            .unwrap_or(1);
        contracts.entry(name.to_owned()).or_default().push(Version {
            version,
            min_reader: u32::try_from(min_reader).unwrap_or(u32::MAX),
            read: json(&format!("{stem}.reader.json"))?,
            written: json(path)?.unwrap_or_default(),
            deprecated: None,
        });
    }
    let contracts = contracts.into_iter().map(|(name, mut versions)| {
        versions.sort_by_key(|version| version.version);
        Contract {
            kind: "event".to_owned(),
            name,
            service: String::new(),
            current: versions.last().map_or(0, |version| version.version),
            versions,
        }
    });
    Ok(Catalogue {
        contracts: contracts.collect(),
        ..Catalogue::default()
    })
}

/// The type and version of `<type>/v<N>.schema.json`.
fn schema(path: &str) -> Option<(&str, u32)> {
    let (name, file) = path.rsplit_once('/')?;
    let version = file
        .strip_prefix('v')?
        .strip_suffix(".schema.json")?
        .parse()
        .ok()?;
    Some((name, version))
}

pub(super) fn folder(path: &Path) -> Result<Catalogue, SourceError> {
    let io = |path: &Path| {
        let path = path.display().to_string();
        move |error| SourceError::Io { path, error }
    };
    let mut files = BTreeMap::new();
    for kind in fs::read_dir(path).map_err(io(path))? {
        let kind = kind.map_err(io(path))?.path();
        if !kind.is_dir() {
            continue;
        }
        for file in fs::read_dir(&kind).map_err(io(&kind))? {
            let file = file.map_err(io(&kind))?.path();
            let names = (
                kind.file_name().and_then(|name| name.to_str()),
                file.file_name().and_then(|name| name.to_str()),
            );
            if let ((Some(kind), Some(name)), true) = (
                names,
                file.extension().is_some_and(|extension| extension == "json"),
            ) {
                files.insert(
                    format!("{kind}/{name}"),
                    fs::read_to_string(&file).map_err(io(&file))?,
                );
            }
        }
    }
    contracts(&files)
}
