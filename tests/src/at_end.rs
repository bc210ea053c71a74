//! Ending what a test started, whatever ends the test.

use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

/// Runs a shell command when it is dropped, and also when the test's process is gone without that: killed, or
/// interrupted. A shell of its own waits for the end of a pipe that only the test's process holds open.
#[derive(Debug)]
pub struct AtEnd(Child);

impl AtEnd {
    /// Makes sure that `command` is run.
    ///
    /// # Errors
    /// When there is no shell.
    pub fn run(command: &str) -> std::io::Result<Self> {
        let waiting = format!("cat >/dev/null; {command}");
        let shell = Command::new("sh")
            .args(["-c", &waiting])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C and a test runner's time-out end the test's own process group; this one must outlive it.
            .process_group(0)
            .spawn()?;
        Ok(Self(shell))
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        if let Err(error) = self.0.wait() {
            eprintln!("what a test started may still run: {error}");
        }
    }
}
