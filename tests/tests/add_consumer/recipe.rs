//! Following the recipe in a copy of this checkout.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tidings_tests::{
    checkout::{root, run, target},
    readme::Step,
};

use crate::NAME;

/// A copy of what git knows, and of what it would add.
pub fn copy_of_this_checkout() -> anyhow::Result<TempDir> {
    let copy = TempDir::new()?;
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root());
    for path in run(&mut git)?.lines().filter(|path| root().join(path).is_file()) {
        let to = copy.path().join(path);
        fs::create_dir_all(to.parent().context("a folder")?)?;
        fs::copy(root().join(path), &to).with_context(|| path.to_owned())?;
    }
    Ok(copy)
}

/// Does what the README says: the handler's file and its line in `lib.rs`, its main, its line in the system list.
pub fn follow(copy: &Path, steps: &[Step]) -> anyhow::Result<()> {
    let [handler, main, line] = steps else {
        anyhow::bail!("three steps, and not {}", steps.len())
    };
    let [file, declaration, library] = handler.names.as_slice() else {
        anyhow::bail!("{:?}", handler.names)
    };
    let new = copy.join(file);
    ensure!(
        !new.exists() && !copy.join(&main.names[0]).exists(),
        "{NAME} is there already"
    );
    fs::write(&new, &handler.code)?;
    fs::write(copy.join(&main.names[0]), &main.code)?;
    let library = new.with_file_name(library);
    let source = fs::read_to_string(&library)?;
    fs::write(
        &library,
        source.replacen("pub mod", &format!("{declaration}\npub mod"), 1),
    )?;

    let system = copy.join(&line.names[0]);
    let source = fs::read_to_string(&system)?;
    let list = "Registry::new(\"storefront\")\n";
    ensure!(
        source.contains(list) && line.code.lines().count() == 1,
        "one line in the list"
    );
    Ok(fs::write(
        system,
        source.replacen(list, &format!("{list}{}", line.code), 1),
    )?)
}

/// The catalogue of the copy, from its code; the new function is built along.
pub fn catalogue(copy: &Path) -> anyhow::Result<String> {
    // The copy shares the folder of what is built, so that only its own crates are. With a version of its own they are
    // other crates to cargo than this checkout's, and with a name of its own its command line does not take the place
    // of this checkout's.
    let tidings = "tidings-with-a-consumer-more";
    let version = env!("CARGO_PKG_VERSION");
    let ours = format!("version = \"{version}-copy\"");
    edit(
        &copy.join("Cargo.toml"),
        &format!("version = \"{version}\""),
        &ours,
    )?;
    let binary = format!("[[bin]]\nname = \"{tidings}\"\npath = \"src/main.rs\"\n\n[dependencies]");
    edit(&copy.join("tools/tidings/Cargo.toml"), "[dependencies]", &binary)?;
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--quiet",
        "--offline",
        "-p",
        "tidings",
        "-p",
        "insights",
        "--bin",
        tidings,
        "--bin",
        NAME,
    ]);
    run(cargo.current_dir(copy).env("CARGO_TARGET_DIR", target()))?;
    ensure!(
        target().join("debug").join(NAME).exists(),
        "its main is a function"
    );
    run(Command::new(target().join("debug").join(tidings)).args(["catalog", "--json"]))
}

/// Replaces the first place of a text in a file.
fn edit(file: &Path, from: &str, to: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(file)?;
    ensure!(text.contains(from), "{}: no {from}", file.display());
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}
