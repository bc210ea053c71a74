//! `tidings erase`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde::Serialize;
use tidings_aws::personal::{Forgotten, KEPT_FOR, Kept, PersonKeys};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{Failure, catalogue::PERSON_KEYS};

use crate::{names::Names, system::storefront, worker::deployment::Deployment};

/// What `tidings erase --help` says.
pub const ABOUT: &str = "\
Erases a person for good. What events hold of a person is sealed with a key of that person; this deletes the key. Every copy of it becomes \
unreadable, in the event store, queues, dead letters, snapshots and buckets, and the events themselves stay. Nothing brings the key back but \
a restore of the table of keys from its continuous backup, which reaches back 7 days.

A person is who a contract says: a user's id, or for a guest's order the order's id. What is said of an erased person from then on is not kept, \
not even sealed. Functions that are at work can read what they have read before for 5 minutes more. What somebody wrote elsewhere in the clear (a mail that \
was sent, an export) is not reached.

Exit codes: 0 the person is erased, now or before; 3 nothing was ever sealed for such a person, and nothing was done; 1 it failed; 2 the arguments \
are wrong. With --dry-run: 0 there is a key to delete, or it was deleted before.

Region, credentials and endpoint are taken as the AWS CLI takes them; the table is found by its name, or named by PERSON_KEYS_TABLE. It takes \
dynamodb:GetItem, UpdateItem and DescribeTable on that table, and no access to KMS.";

/// The exit code where there is no such person.
const UNKNOWN: u8 = 3;

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Who: the id that the contracts name the person by.
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    person: String,
    /// In this data file of a local run, instead of in what is deployed.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The stage that is deployed: what its names begin with.
    #[arg(long, env = "TIDINGS_STAGE", conflicts_with = "data")]
    stage: Option<String>,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Outcome {
    Erased,
    ErasedBefore { erased: Timestamp },
    WouldErase { key_created: Timestamp },
    Unknown,
}

/// Erases the person, or says what that would do.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let keys = keys(&arguments).await?;
    let outcome = match arguments.dry_run {
        true => looked(&keys, &arguments.person).await,
        false => erased(&keys, &arguments.person).await,
    };
    let outcome = outcome.map_err(|failure| anyhow::anyhow!("{}", failure.reason().to_owned()))?;
    show(&arguments, outcome)?;
    Ok(match outcome {
        Outcome::Unknown => ExitCode::from(UNKNOWN),
        _ => ExitCode::SUCCESS,
    })
}

async fn keys(arguments: &Arguments) -> anyhow::Result<PersonKeys> {
    if let Some(path) = &arguments.data {
        // Opening would make one, and erase nobody in it.
        ensure!(path.is_file(), "there is no data file {}", path.display());
        let database = EmbeddedDynamoDb::in_file(path).context("the data file")?;
        database.create_table(&PERSON_KEYS).await?;
        return Ok(PersonKeys::new(database.client(), PERSON_KEYS.name));
    }
    let stage = arguments.stage.as_deref().filter(|stage| !stage.is_empty());
    let deployment = Deployment::of(Names::new(storefront().name(), stage)).await;
    let table = deployment.person_keys().table;
    deployment.is_there(&table).await?;
    Ok(PersonKeys::new(
        aws_sdk_dynamodb::Client::new(&deployment.config),
        table,
    ))
}

async fn looked(keys: &PersonKeys, person: &str) -> Result<Outcome, Failure> {
    Ok(match keys.get(person).await? {
        Some(Kept::Key { created, .. }) => Outcome::WouldErase { key_created: created },
        Some(Kept::Erased(erased)) => Outcome::ErasedBefore { erased },
        None => Outcome::Unknown,
    })
}

async fn erased(keys: &PersonKeys, person: &str) -> Result<Outcome, Failure> {
    Ok(match keys.forget(person, Timestamp::now()).await? {
        Forgotten::Now => Outcome::Erased,
        Forgotten::Before(erased) => Outcome::ErasedBefore { erased },
        Forgotten::Unknown => Outcome::Unknown,
    })
}

fn show(arguments: &Arguments, outcome: Outcome) -> anyhow::Result<()> {
    let person = &arguments.person;
    if arguments.json {
        #[derive(Serialize)]
        struct Told<'a> {
            person: &'a str,
            #[serde(flatten)]
            outcome: Outcome,
        }
        println!("{}", serde_json::to_string(&Told { person, outcome })?);
        return Ok(());
    }
    let minutes = KEPT_FOR.as_secs() / 60;
    match outcome {
        Outcome::Erased => println!(
            "{person} is erased. Functions at work forget the key within {minutes} minutes; then nobody reads what it has sealed."
        ),
        Outcome::ErasedBefore { erased } => println!("{person} was erased before, at {erased}."),
        Outcome::WouldErase { key_created } => println!(
            "{person} has a key, made at {key_created}. Erasing deletes it for good. Nothing was done (--dry-run)."
        ),
        Outcome::Unknown => eprintln!("nothing was ever sealed for a person {person}; nothing was done"),
    }
    Ok(())
}
