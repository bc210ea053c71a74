//! The golden samples.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use tidings_core::Envelope;

/// A golden sample: `events/<type>/v<version>.json`.
pub struct Sample {
    pub path: PathBuf,
    pub event_type: String,
    pub version: u32,
    pub text: String,
    pub envelope: Envelope,
}

/// The project's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads a file of the project.
pub fn read(path: impl AsRef<Path>) -> anyhow::Result<String> {
    let path = root().join(path);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// The path of a file in `events/`: its folder and its name.
pub fn relative(path: &Path) -> String {
    let mut names: Vec<_> = path
        .iter()
        .rev()
        .take(2)
        .map(|name| name.to_string_lossy())
        .collect();
    names.reverse();
    names.join("/")
}

/// The files of a folder, in order.
pub fn files(folder: impl AsRef<Path>) -> anyhow::Result<Vec<PathBuf>> {
    let folder = root().join(folder);
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
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
        let files = files(&folder)?.into_iter();
        for path in files.filter(|path| is_sample(path)) {
            samples.push(sample(path.clone()).with_context(|| path.display().to_string())?);
        }
    }
    ensure!(!samples.is_empty(), "there are no samples");
    Ok(samples)
}

/// `v2.json`; its schemas are `v2.schema.json` and `v2.reader.json`.
fn is_sample(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|stem| Path::new(stem).extension().is_none())
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
