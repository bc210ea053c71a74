//! `cargo lambda watch` at work, as `make watch` starts it, on ports of its own.

use std::{
    fs,
    net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::{
    at_end::AtEnd,
    checkout::{root, run, scratch},
    eventually,
};

/// Functions under `cargo lambda watch`, beside an embedded DynamoDB.
pub struct Watch {
    port: u16,
    mail: TempDir,
    _end: AtEnd,
}

impl Watch {
    /// Starts it; its output is in `target/tests/watch`.
    ///
    /// # Errors
    /// When something does not build or start.
    pub async fn start() -> anyhow::Result<Self> {
        // Built beforehand, because builds take their time, and what follows is waited for only so long.
        run(Command::new("cargo")
            .args(["build", "--quiet", "--locked", "--workspace", "--bin", "tidings"])
            .current_dir(root()))?;
        let port = TcpListener::bind((Ipv6Addr::LOCALHOST, 0))?.local_addr()?.port();
        let dynamodb = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let (mail, log) = (TempDir::new()?, fs::File::create(scratch("watch")?.join("log"))?);
        let make = Command::new("make")
            .arg("watch")
            .current_dir(root())
            .env("WATCH_PORT", port.to_string())
            .env("DYNAMODB_PORT", dynamodb.to_string())
            .env("MAIL_FOLDER", mail.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let _end = AtEnd::run(&interrupt(make.id()))?;
        eventually("cargo lambda watch listens", async || {
            Ok(TcpStream::connect((Ipv6Addr::LOCALHOST, port))?)
        })
        .await?;
        Ok(Self { port, mail, _end })
    }

    /// Invokes a function with a payload file, by `make invoke`; what it answers.
    ///
    /// # Errors
    /// When the function does not build, or fails.
    pub fn invoke(&self, function: &str, file: impl AsRef<Path>) -> anyhow::Result<serde_json::Value> {
        let mut make = Command::new("make");
        make.args(["--silent", "invoke"])
            .current_dir(root())
            .env("WATCH_PORT", self.port.to_string());
        make.arg(format!("FUNCTION={function}"))
            .arg(format!("EVENT={}", file.as_ref().display()));
        let answer = run(&mut make)?;
        serde_json::from_str(&answer).with_context(|| format!("the answer {answer}"))
    }

    /// The mails that were sent.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn mails(&self) -> anyhow::Result<Vec<String>> {
        let paths = fs::read_dir(&self.mail)?
            .map(|entry| Ok(entry?.path()))
            .collect::<anyhow::Result<Vec<PathBuf>>>()?;
        paths.iter().map(|path| Ok(fs::read_to_string(path)?)).collect()
    }
}

/// Ends a process group as Ctrl-C does, which lets `cargo lambda watch` end its functions; after 10 s, by force.
fn interrupt(group: u32) -> String {
    format!(
        "kill -INT -{group}; \
         for _ in $(seq 100); do kill -0 -{group} 2>/dev/null || exit 0; sleep 0.1; done; \
         kill -KILL -{group}"
    )
}
