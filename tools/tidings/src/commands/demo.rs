//! `tidings demo`.
use std::process::ExitCode;
/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {}
/// Runs.
pub async fn run(_: Arguments) -> anyhow::Result<ExitCode> { Ok(ExitCode::SUCCESS) }
