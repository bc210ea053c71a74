//! Where the data is that a command works on: a file of the local run, or what is deployed.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use aws_sdk_dynamodb::Client;
use tidings_aws::{System, event_store::EventStore};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::catalogue::{EVENTS, Table};

use crate::{data_file::DataFile, names::Names, worker::deployment::Deployment};

/// Says where the data is.
#[derive(clap::Args)]
pub struct Where {
    /// The data file of a local run; without it, what is deployed. End the local run first: the file has one owner.
    #[arg(long, env = "TIDINGS_DATA")]
    pub data: Option<PathBuf>,
    /// The stage that is deployed: what its names begin with.
    #[arg(long, env = "TIDINGS_STAGE", conflicts_with = "data")]
    pub stage: Option<String>,
}

/// The data.
pub enum Site {
    /// In a file.
    File(DataFile, EmbeddedDynamoDb),
    /// In an account, or on an emulator. Region, credentials and endpoint are taken as the AWS CLI takes them.
    Deployed(Box<Deployment>),
}

impl Where {
    pub async fn open(&self, registry: &System) -> anyhow::Result<Site> {
        let Some(path) = &self.data else {
            let stage = self.stage.as_deref().filter(|stage| !stage.is_empty());
            return Ok(Site::Deployed(Box::new(
                Deployment::of(Names::new(registry.name(), stage)).await,
            )));
        };
        // Opened, it would be made.
        ensure!(path.is_file(), "there is no data file {}", path.display());
        let file = DataFile::take(path)?;
        let database = EmbeddedDynamoDb::in_file(path).with_context(|| path.display().to_string())?;
        for table in registry.tables() {
            database.create_table(table).await?;
        }
        Ok(Site::File(file, database))
    }
}

impl Site {
    pub fn dynamodb(&self) -> Client {
        match self {
            Self::File(_, database) => database.client(),
            Self::Deployed(deployment) => Client::new(&deployment.config),
        }
    }

    pub fn events(&self) -> EventStore {
        EventStore::new(self.dynamodb(), self.table(&EVENTS))
    }

    /// The real name of a table.
    pub fn table(&self, table: &'static Table) -> String {
        match self {
            Self::File(..) => table.name.to_owned(),
            Self::Deployed(deployment) => deployment.table(table),
        }
    }

    /// Another table of the same kind: made in a file, where it is not there; deployed, it must be.
    pub async fn another(&self, table: &Table, name: &str) -> anyhow::Result<()> {
        match self {
            Self::File(_, database) => {
                // A table's name is one for the life of the process.
                let name = name.to_owned().leak();
                Ok(database.create_table(&Table { name, ..*table }).await?)
            }
            Self::Deployed(deployment) => deployment.is_there(name).await,
        }
    }

    /// How the site is called, to tell one from another.
    pub fn name(&self) -> String {
        match self {
            Self::File(file, _) => file.path().display().to_string(),
            Self::Deployed(deployment) => {
                let region = deployment
                    .config
                    .region()
                    .map_or("no region", |region| region.as_ref());
                let endpoint = deployment.config.endpoint_url().unwrap_or(region);
                format!("{endpoint}/{}", deployment.table(&EVENTS))
            }
        }
    }
}
