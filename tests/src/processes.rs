//! The processes of functions on an emulator of our own: Lambda's execution environments.

use std::{collections::BTreeSet, fs};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};

use crate::emulator::Emulator;

/// Whether processes can be found here: their environments are read from `/proc`.
pub const VISIBLE: bool = cfg!(target_os = "linux");

/// Function processes that stand still. They go on when this value is dropped.
#[derive(Debug, Default)]
pub struct Frozen(BTreeSet<i32>);

impl Frozen {
    /// Stops every process of these functions where it is. Answers whether there was one that ran.
    ///
    /// # Errors
    /// When processes cannot be listed.
    pub fn freeze(&mut self, emulator: &Emulator, functions: &[&str]) -> anyhow::Result<bool> {
        let mut ran = false;
        for process in processes(emulator, functions)? {
            if self.0.insert(process.as_raw_nonzero().get()) {
                signal(process, Signal::STOP);
                ran = true;
            }
        }
        Ok(ran)
    }

    /// Kills them; they get no chance to clean up. Answers how many they were.
    #[must_use]
    pub fn kill(self) -> usize {
        self.signal(Signal::KILL);
        self.0.len()
    }

    fn signal(&self, sent: Signal) {
        self.0
            .iter()
            .filter_map(|process| Pid::from_raw(*process))
            .for_each(|process| signal(process, sent));
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.signal(Signal::CONT);
    }
}

fn signal(process: Pid, signal: Signal) {
    if let Err(error) = kill_process(process, signal)
        && error != rustix::io::Errno::SRCH
    {
        eprintln!("process {process:?}: {error}");
    }
}

/// A function knows its own name and, from the server that started it, where the endpoint is.
fn processes(emulator: &Emulator, functions: &[&str]) -> anyhow::Result<Vec<Pid>> {
    let endpoint = format!("AWS_ENDPOINT_URL={}", emulator.endpoint());
    let names: Vec<_> = functions
        .iter()
        .map(|name| format!("AWS_LAMBDA_FUNCTION_NAME={name}"))
        .collect();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").context("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            .and_then(Pid::from_raw)
        else {
            continue;
        };
        // It may have ended in the meantime.
        let Ok(environment) = fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())) else {
            continue;
        };
        let variables: Vec<_> = environment.split(|byte| *byte == 0).collect();
        let has = |variable: &String| variables.contains(&variable.as_bytes());
        if has(&endpoint) && names.iter().any(has) {
            found.push(pid);
        }
    }
    Ok(found)
}
