//! Applying the difference that a page of the documentation shows.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use tidings_tests::checkout::{read, run};

/// Applies the page's one piece of `diff` to a copy of this checkout. It may add, and take nothing away.
pub fn apply(copy: &Path, page: &str) -> anyhow::Result<()> {
    let text = read(page)?;
    let (_, shown) = text.split_once("\n```diff\n").with_context(|| page.to_owned())?;
    let (difference, rest) = shown.split_once("```\n").with_context(|| page.to_owned())?;
    ensure!(!rest.contains("```diff"), "{page} shows one difference");
    let removed = difference
        .lines()
        .find(|line| line.starts_with('-') && !line.starts_with("--- "));
    ensure!(removed.is_none(), "{page} takes away: {removed:?}");

    let file = copy.join("reaction.diff");
    fs::write(&file, difference)?;
    let mut git = Command::new("git");
    git.arg("apply").arg(&file).current_dir(copy);
    // A folder of temporary files can be within somebody's repository, which is not meant.
    git.env(
        "GIT_CEILING_DIRECTORIES",
        copy.parent().context("a folder above")?,
    );
    run(&mut git).with_context(|| format!("{page}: its difference does not apply to this checkout"))?;
    Ok(fs::remove_file(file)?)
}
