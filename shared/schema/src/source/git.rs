//! Contracts of a commit, asked of git.

use std::{collections::BTreeMap, path::Path, process::Command};

use super::{SourceError, files};
use crate::gate::Catalogue;

pub(super) fn contracts(reference: &str, path: &Path) -> Result<Catalogue, SourceError> {
    // Told apart from an option and from a file (git-rev-parse, --verify, --end-of-options).
    let commit = git(
        path,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &format!("{reference}^{{commit}}"),
        ],
    )
    .map_err(|_| SourceError::Git {
        command: format!("rev-parse {reference}"),
        why: "it is no commit, tag or branch of this repository".to_owned(),
    })?;
    let commit = commit.trim();
    // Both are relative to the folder that git is asked in.
    let listed = git(path, &["ls-tree", "-r", "--name-only", "-z", commit, "."])?;
    let mut files = BTreeMap::new();
    for name in listed.split('\0').filter(|name| name.ends_with(".json")) {
        files.insert(
            name.to_owned(),
            git(path, &["show", &format!("{commit}:./{name}")])?,
        );
    }
    files::contracts(&files)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, SourceError> {
    let failed = |why: String| SourceError::Git {
        command: arguments.join(" "),
        why,
    };
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .map_err(|error| failed(format!("cannot be run: {error}")))?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(|error| failed(error.to_string())),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
