//! Where contracts are read from: a folder of files, a commit, or a catalogue document.

mod files;
mod git;

use std::{fs, io, path::Path};

pub use files::contracts;

use crate::gate::Catalogue;

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder.
    #[error("{path}: {error}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// What is in it.
    #[error("{path}: {why}")]
    Content {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// Git says no.
    #[error("git {command}: {why}")]
    Git {
        /// What it was asked.
        command: String,
        /// What it said.
        why: String,
    },
}

/// The contracts of a folder: `<type>/v<N>.schema.json`, `v<N>.reader.json`, `v<N>.json`; of the folder itself, or of `events` in it.
///
/// # Errors
/// When a file cannot be read, or is no JSON.
pub fn folder(path: &Path) -> Result<Catalogue, SourceError> {
    let events = path.join("events");
    files::folder(if events.is_dir() { &events } else { path })
}

/// The contracts of a commit, tag or branch of the repository that `path` (the folder of schemas, like `events`) is in.
///
/// # Errors
/// When git does not know it, or a file is no JSON.
pub fn git(reference: &str, path: &Path) -> Result<Catalogue, SourceError> {
    git::contracts(reference, path)
}

/// A catalogue document: what `tidings catalog --json` prints.
///
/// # Errors
/// When it is none.
pub fn document(name: &str, text: &str) -> Result<Catalogue, SourceError> {
    let content = |why: String| SourceError::Content {
        path: name.to_owned(),
        why,
    };
    let catalogue: Catalogue =
        serde_json::from_str(text).map_err(|error| content(format!("is no catalogue: {error}")))?;
    match catalogue.contracts.is_empty() {
        true => Err(content(
            "has no contracts; it is what `tidings catalog --json` prints".to_owned(),
        )),
        false => Ok(catalogue),
    }
}

/// A catalogue document in a file.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn file(path: &Path) -> Result<Catalogue, SourceError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| SourceError::Io {
        path: name.clone(),
        error,
    })?;
    document(&name, &text)
}
