//! `tidings doctor`: the checks of `tidings_operations::doctor`, and what only an account can be asked.

mod account;
mod cloudwatch;
mod tell;

use std::process::ExitCode;

use tidings_operations::doctor::{Diagnosis, Doctor, Relayed, Site};

use super::dlq::site::{At, Reached};
use crate::system::storefront;

/// What `tidings doctor --help` says.
pub const ABOUT: &str = "\
Goes through everything that alarms watch, and says what to do first: each finding with what it is, since when, and the command to run. Nothing is changed; dead \
letters are hidden from others for a moment while they are looked at.

Looked at are dead letters, queues that nobody fetches from or that are too long, breakers, events that are not published, aggregates that do not go on, alarms that \
ring, and what was deployed otherwise than the catalogue says. A check that cannot be made where this runs says why. docs/runbook.md says more of each alarm.

  tidings doctor --stage beta                      what is deployed; region, credentials and endpoint as the AWS CLI takes them
  tidings doctor --local http://127.0.0.1:8080     a local run
  tidings doctor --data shop.db                    the data file of one that has ended

Exit codes: 0 healthy; 1 something was found; 2 nothing was found, but something did not answer, or the arguments are wrong.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: At,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Examines, and says what to do first.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let site = arguments.at.site();
    let diagnosis = match arguments.at.reach(false).await {
        Ok(reached) => examine(&reached, &site).await?,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(ExitCode::from(2));
        }
    };
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&diagnosis)?),
        false => tell::print(&diagnosis, jiff::Timestamp::now()),
    }
    Ok(match (diagnosis.findings.is_empty(), diagnosis.is_healthy()) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(2),
    })
}

async fn examine(reached: &Reached, site: &Site) -> anyhow::Result<Diagnosis> {
    let catalogue = storefront().catalogue();
    let real = |table: &str| match site {
        Site::Deployed(_) => reached.desk.roster().table(table),
        Site::Run(_) | Site::File(_) => table.to_owned(),
    };
    let relayed = serde_json::to_value(&catalogue)?;
    let relayed = relayed["relays"].as_array().into_iter().flatten();
    let relayed = relayed.filter_map(|relay| {
        Some(Relayed {
            table: real(relay["table"].as_str()?),
            relay: relay["name"].as_str()?.to_owned(),
        })
    });
    let mut diagnosis = Doctor::new(&reached.desk, site, relayed.collect())
        .examine()
        .await;
    account::examine(&mut diagnosis, site).await;
    Ok(diagnosis)
}
