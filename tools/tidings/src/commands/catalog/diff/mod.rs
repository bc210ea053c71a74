//! `tidings catalog diff`.

pub mod account;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, ensure};
use tidings_catalogue::{
    Document,
    drift::{Deployed, Names},
};

use super::{print, source::Source};
use crate::worker::deployment::configuration;

/// What `tidings catalog diff --help` says.
pub const ABOUT: &str = "\
Compares the catalogue with what is deployed, and tells each setting that is other than it says.

Asked are SNS (subscriptions, filter policies, their dead-letter queues), SQS (visibility, retention, redrive), Lambda (functions and \
event source mappings) and DynamoDB (keys, expiry, streams, indexes), in the account and region of the AWS CLI's configuration; \
AWS_ENDPOINT_URL leads it to an emulator. Nothing is changed. Permissions, schedules and alarms are not looked at.

--against compares with another document instead, which `tidings catalog --json` has written.

Exit code 1 says that something differs.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage that is deployed: what its names begin with; without it, the one whose names have no such beginning.
    #[arg(long, env = "TIDINGS_STAGE")]
    stage: Option<String>,
    /// Compares with this document, and asks no account.
    #[arg(long, value_name = "FILE", conflicts_with = "stage")]
    against: Option<PathBuf>,
    /// Compares this document, and not the one of this code.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Prints JSON, for scripts: a list of what differs.
    #[arg(long)]
    json: bool,
}

/// Prints what differs.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = Source::file_or_code(arguments.from.as_deref())?;
    let drift = match &arguments.against {
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let other = Document::read(&text).with_context(|| file.display().to_string())?;
            document.differences(&other)
        }
        None => {
            let names = Names::new(&document.system, arguments.stage.as_deref());
            let wanted = names.wanted(&document);
            let deployed = account::deployed(&configuration().await, &wanted).await?;
            ensure!(
                deployed != Deployed::default(),
                "nothing is there of {}: deploy the system first (`make deploy`, `make stack`), or say which stage it is (--stage)",
                wanted.topic
            );
            document.drift(&names, &deployed)
        }
    };
    print(&drift, arguments.json)?;
    Ok(if drift.0.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
