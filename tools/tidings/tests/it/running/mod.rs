//! The local run in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;
use ureq::http::HeaderMap;

/// The command line.
pub const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// The system in a process of its own; ends with the test.
pub struct Local {
    process: Child,
    pub lines: Lines<BufReader<ChildStdout>>,
    pub address: String,
    /// Holds the mails and the invoices.
    pub folder: tempfile::TempDir,
}

impl Local {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_telling(Stdio::inherit(), arguments)
    }

    /// The same, with its standard error somewhere else.
    pub fn start_telling(errors: Stdio, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(TIDINGS)
            .args(["local", "--port", "0", "--mail"])
            .arg(folder.path().join("mail"))
            .arg("--invoices")
            .arg(folder.path().join("invoices"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        // Made before anything can fail, so that the process ends with the test also then.
        let mut local = Self {
            process,
            lines,
            address: String::new(),
            folder,
        };
        let ready = local.lines.next().unwrap().unwrap();
        local.address = ready
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap()
            .to_owned();
        local
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it; what it has said since it was last listened to.
    pub fn ended(mut self) -> String {
        self.process.kill().unwrap();
        let said: Result<Vec<String>, _> = self.lines.by_ref().collect();
        said.unwrap().join("\n")
    }

    pub fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// The order of the printed `curl`.
    pub fn printed_order(&mut self) -> String {
        let curl = self
            .lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains("curl"))
            .unwrap();
        curl.split_once("-d '")
            .unwrap()
            .1
            .trim_end_matches('\'')
            .to_owned()
    }

    /// The status and the JSON of what is answered.
    pub fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let key = uuid::Uuid::new_v4().to_string();
        let json = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let (status, _, answer) = self.ask(method, path, &json, body);
        (status, serde_json::from_str(&answer).unwrap())
    }

    /// The status, the headers and the text of what is answered.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, HeaderMap, String) {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .new_agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let mut response = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), response.headers().clone(), text)
    }

    /// Waits for the line that says so.
    pub fn says(&mut self, words: &[&str]) {
        let said = |line: &String| words.iter().all(|word| line.contains(word));
        assert!(
            self.lines.by_ref().map(Result::unwrap).any(|line| said(&line)),
            "it never says {words:?}"
        );
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
