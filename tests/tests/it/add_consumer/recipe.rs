//! Following the recipe in a copy of this checkout.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tidings_tests::{
    checkout::{root, run, target},
    readme::Step,
};

/// The command line of the copy: with a name of its own it does not take the place of this checkout's.
pub const TIDINGS: &str = "tidings-with-consumers-more";

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

/// Does what the README says: the handler's file and its line in `lib.rs`, its main, its line in the service's list.
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
        "{file} is there already"
    );
    fs::write(&new, &handler.code)?;
    fs::write(copy.join(&main.names[0]), &main.code)?;
    let library = new.with_file_name(library);
    let source = fs::read_to_string(&library)?;
    fs::write(
        &library,
        source.replacen("pub mod", &format!("{declaration}\npub mod"), 1),
    )?;

    let service = copy.join(&line.names[0]);
    let source = fs::read_to_string(&service)?;
    let list = "Service::new(SERVICE)\n";
    ensure!(
        source.contains(list) && line.code.lines().count() == 1,
        "one line in the list"
    );
    Ok(fs::write(
        service,
        source.replacen(list, &format!("{list}{}", line.code), 1),
    )?)
}

/// Builds the functions that are added, and the command line; the catalogue, as that prints it.
pub fn build(copy: &Path, added: &[&str]) -> anyhow::Result<String> {
    // The copy shares the folder of what is built, so that only its own crates are. With a version of its own they are
    // other crates to cargo than this checkout's.
    let version = env!("CARGO_PKG_VERSION");
    let ours = format!("version = \"{version}-copy\"");
    edit(
        &copy.join("Cargo.toml"),
        &format!("version = \"{version}\""),
        &ours,
    )?;
    let binary = format!("[[bin]]\nname = \"{TIDINGS}\"\npath = \"src/main.rs\"\n\n[dependencies]");
    edit(&copy.join("tools/tidings/Cargo.toml"), "[dependencies]", &binary)?;
    let mut cargo = Command::new("cargo");
    // Of the whole workspace, so that dependencies have the features that they were built with before.
    cargo.args(["build", "--quiet", "--offline", "--workspace", "--bin", TIDINGS]);
    for name in added {
        cargo.args(["--bin", name]);
    }
    run(cargo.current_dir(copy).env("CARGO_TARGET_DIR", target()))?;
    for name in added {
        let function = target().join("debug").join(name);
        ensure!(function.exists(), "the main of {name} is a function");
    }
    run(Command::new(target().join("debug").join(TIDINGS)).args(["catalog", "--json"]))
}

/// Runs the tests of one module of the copy; what cargo says.
pub fn test(copy: &Path, package: &str, module: &str) -> anyhow::Result<String> {
    let mut cargo = Command::new("cargo");
    // With these two beside it, dependencies have the features that they were built with before.
    cargo.args([
        "test",
        "--quiet",
        "--offline",
        "-p",
        "tidings-tests",
        "-p",
        "tidings-testkit",
    ]);
    cargo.args(["-p", package, "--lib", module]);
    run(cargo.current_dir(copy).env("CARGO_TARGET_DIR", target()))
}

/// Replaces the first place of a text in a file.
fn edit(file: &Path, from: &str, to: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(file)?;
    ensure!(text.contains(from), "{}: no {from}", file.display());
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}
