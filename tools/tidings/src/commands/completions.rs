//! `tidings completions`.

use std::process::ExitCode;

use clap::Command;
use clap_complete::{Shell, generate};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// For which shell.
    shell: Shell,
}

/// Prints what makes a shell complete the commands.
pub fn run(arguments: &Arguments, mut command: Command) -> anyhow::Result<ExitCode> {
    generate(arguments.shell, &mut command, "tidings", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}
