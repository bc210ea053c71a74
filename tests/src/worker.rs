//! `tidings worker` as a process.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context as _, ensure};
use billing::TaxRate;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    at_end::AtEnd,
    checkout::{root, run, scratch, target},
    eventually,
};

/// The command line, built.
///
/// # Errors
/// When it does not build.
pub fn tidings() -> anyhow::Result<PathBuf> {
    let mut build = Command::new("cargo");
    run(build
        .args(["build", "--quiet", "--locked", "--workspace", "--bin", "tidings"])
        .current_dir(root()))?;
    Ok(target().join("debug/tidings"))
}

/// A running worker. It ends with this value, or with the test's process.
pub struct Worker {
    process: Child,
    _end: AtEnd,
}

impl Worker {
    /// Starts one on the system that `variables` lead to; its log is in `target/tests/<name>/worker.log`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(
        name: &str,
        variables: &[(String, String)],
        mail: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(scratch(name)?.join("worker.log"))?;
        let process = Command::new(tidings()?)
            .args(["worker", "--mail"])
            .arg(mail)
            .args(arguments)
            // What the stack of billing is deployed with, unless whoever deploys chooses another.
            .env(TaxRate::PARAMETER.variable(), TaxRate::PARAMETER.default)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let _end = AtEnd::run(&format!("kill -KILL {} 2>/dev/null", process.id()))?;
        Ok(Self { process, _end })
    }

    /// Tells it to stop and waits for its end; how it ended.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        self.ended().await
    }

    /// Kills it; it gets no chance to clean up.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        let ended = self.ended().await?;
        ensure!(
            ended.signal() == Some(Signal::KILL.as_raw()),
            "it ended by itself: {ended}"
        );
        Ok(())
    }

    /// Waits until it has ended; how.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        eventually("the worker ends", async || {
            self.process.try_wait()?.context("it works")
        })
        .await
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        Ok(kill_process(pid.context("its process")?, signal)?)
    }
}
