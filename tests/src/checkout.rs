//! This checkout: its folders, and commands run in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};

/// The project's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is in a folder of the project")
}

/// Where cargo puts what it builds.
#[must_use]
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The catalogue that the code printed: `TIDINGS_CATALOGUE`, or where `make catalogue` writes it.
///
/// # Errors
/// When it is not there.
pub fn catalogue() -> anyhow::Result<PathBuf> {
    built("TIDINGS_CATALOGUE", "catalogue.json")
}

/// The functions that are deployed, a folder each: `TIDINGS_FUNCTIONS`, or where `make functions` builds them.
///
/// # Errors
/// When it is not there.
pub fn functions() -> anyhow::Result<PathBuf> {
    built("TIDINGS_FUNCTIONS", "lambda")
}

/// The templates with the functions beside them: `TIDINGS_APP`, or where `make app` synthesises them.
///
/// # Errors
/// When it is not there.
pub fn app() -> anyhow::Result<PathBuf> {
    built("TIDINGS_APP", "cdk.out")
}

fn built(variable: &str, name: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os(variable).map_or_else(|| target().join(name), PathBuf::from);
    ensure!(path.exists(), "{} is not there: run `make app`", path.display());
    Ok(path)
}

/// A folder for what a test leaves to look at; made if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join("tests").join(name);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// Reads a file of the checkout.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: impl AsRef<Path>) -> anyhow::Result<String> {
    let path = root().join(path);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// `cargo lambda`, as `make tools` installs it.
///
/// # Errors
/// When it is not installed.
pub fn cargo_lambda() -> anyhow::Result<Command> {
    let binary = root().join(".tools/venv/bin/cargo-lambda");
    ensure!(binary.exists(), "cargo-lambda is not installed: run `make tools`");
    let mut command = Command::new(binary);
    command.arg("lambda").current_dir(root());
    Ok(command)
}

/// Runs a command to its end and answers what it printed.
///
/// # Errors
/// When it fails, with everything that it printed.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let ran = command.output().with_context(|| format!("{command:?}"))?;
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ran.stderr);
    ensure!(
        ran.status.success(),
        "{command:?} ended with {}:\n{printed}\n{errors}",
        ran.status
    );
    Ok(printed)
}
