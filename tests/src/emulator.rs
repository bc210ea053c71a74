//! An emulator of the test's own (see `infra/emulator/README.md`).

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;

use crate::{
    at_end::AtEnd,
    checkout::{app, root, run, scratch},
};

/// A running emulator with the system deployed. It ends with this value, or with the test's process.
#[derive(Debug)]
pub struct Emulator {
    endpoint: String,
    variables: Vec<(String, String)>,
    _down: AtEnd,
}

impl Emulator {
    /// Starts one on a free port, with further arguments of `emulator up`, and deploys the system; its state and its log
    /// are in `target/tests/<name>`.
    ///
    /// # Errors
    /// When the templates are not synthesised, or the emulator does not start or deploy.
    pub fn start(name: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let emulator = Self::up(name, arguments)?;
        run(command(&scratch(name)?).arg("deploy").arg("--app").arg(app()?))?;
        Ok(emulator)
    }

    /// Starts one with nothing deployed.
    ///
    /// # Errors
    /// When the emulator does not start.
    pub fn bare(name: &str) -> anyhow::Result<Self> {
        Self::up(name, &[])
    }

    fn up(name: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let folder = scratch(name)?;
        run(command(&folder).arg("down"))?;
        let down = format!(
            "TIDINGS_EMULATOR_DIR='{}' '{}' down",
            folder.display(),
            root().join("infra/emulator/emulator").display()
        );
        let down = AtEnd::run(&down)?;
        run(command(&folder).args(["up", "--port", "0"]).args(arguments))?;
        let variables = read_variables(&folder)?;
        let endpoint = variables.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL");
        let endpoint = endpoint
            .context("the emulator does not say where it is")?
            .1
            .clone();
        Ok(Self {
            endpoint,
            variables,
            _down: down,
        })
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What a client of it needs in its environment.
    #[must_use]
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(root().join("infra/emulator/emulator"));
    command.env("TIDINGS_EMULATOR_DIR", folder);
    command
}

/// Reads what `emulator up` wrote for shells.
pub(crate) fn read_variables(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let env = fs::read_to_string(folder.join("env")).context("the emulator's state")?;
    let pairs = env
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    Ok(pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
