//! The golden samples.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, ensure};
use tidings_core::Envelope;
use tidings_tests::checkout::{read, root};

/// A golden sample: `events/<type>/v<version>.json`.
pub struct Sample {
    pub path: PathBuf,
    pub event_type: String,
    pub version: u32,
    pub text: String,
    pub envelope: Envelope,
}

/// The files of a folder, in order.
pub fn files(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join(folder)).with_context(|| folder.to_owned())?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// All of them.
pub fn samples() -> anyhow::Result<Vec<Sample>> {
    let folders = files("events")?
        .into_iter()
        .filter(|path| path.is_dir() && !path.ends_with("invocations"));
    let mut samples = Vec::new();
    for folder in folders {
        for path in files(&folder.to_string_lossy())? {
            samples.push(sample(path.clone()).with_context(|| path.display().to_string())?);
        }
    }
    ensure!(!samples.is_empty(), "there are no samples");
    Ok(samples)
}

fn sample(path: PathBuf) -> anyhow::Result<Sample> {
    let name = |path: Option<&std::ffi::OsStr>| path.and_then(|name| name.to_str()).map(ToOwned::to_owned);
    let event_type = name(path.parent().and_then(|folder| folder.file_name())).context("a folder")?;
    let version = name(path.file_stem()).context("a file")?;
    let version = version
        .strip_prefix('v')
        .context("a file name like v1.json")?
        .parse()?;
    let text = read(&path)?;
    let envelope = Envelope::parse(&text)?;
    Ok(Sample {
        path,
        event_type,
        version,
        text,
        envelope,
    })
}
