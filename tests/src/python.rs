//! The official CloudEvents SDK for Python, in an environment of its own.

use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};

use crate::checkout::{root, run};

/// The packages, with their versions.
const REQUIREMENTS: &str = "tools/requirements-tests.txt";

/// Gives `input` to the SDK (see `tests/cloudevents/exchange.py`) and answers what it says.
///
/// # Errors
/// When the SDK refuses the input, with what it says; or when it cannot be installed.
pub fn cloudevents_sdk(command: &str, input: &str) -> anyhow::Result<String> {
    let mut python = Command::new(interpreter()?)
        .arg(root().join("tests/cloudevents/exchange.py"))
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    python
        .stdin
        .take()
        .context("its input")?
        .write_all(input.as_bytes())?;
    let answer = python.wait_with_output()?;
    let errors = String::from_utf8_lossy(&answer.stderr);
    ensure!(answer.status.success(), "the SDK refuses {input}:\n{errors}");
    Ok(String::from_utf8(answer.stdout)?)
}

/// The interpreter that has the packages; installs them when they changed.
fn interpreter() -> anyhow::Result<PathBuf> {
    let folder = root().join(".tools/cloudevents");
    fs::create_dir_all(root().join(".tools"))?;
    // Tests run in processes of their own, and may come here at once.
    let lock = File::create(root().join(".tools/cloudevents.lock"))?;
    lock.lock()?;
    let (wanted, installed) = (fs::read(root().join(REQUIREMENTS))?, folder.join("installed.txt"));
    let interpreter = folder.join("bin/python");
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "-r", REQUIREMENTS];
        run(Command::new(&interpreter).args(pip).current_dir(root()))?;
        fs::write(installed, wanted)?;
    }
    Ok(interpreter)
}
