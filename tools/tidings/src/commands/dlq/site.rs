//! Where the letters are: in what is deployed, in a local run, or in its data file.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use tidings_aws::personal::{Keyring, PersonKeys};
use tidings_bus::{
    DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, EmbeddedDynamoDb, EmbeddedSqs, MasterKey,
};
use tidings_catalogue::Document;
use tidings_core::{
    catalogue::{EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
};
use tidings_lambda::adapters::key_wrap;
use tidings_operations::{Desk, Roster, Tables};

use crate::{
    data_file::DataFile,
    local::operators::{DYNAMODB, SQS},
    names::Names,
    operator::user,
    system::storefront,
    worker::deployment::Deployment,
};

/// Says where.
#[derive(clap::Args)]
pub struct At {
    /// The stage that is deployed: what its names begin with.
    #[arg(long, env = "TIDINGS_STAGE", global = true)]
    stage: Option<String>,
    /// A local run, by its address (http://127.0.0.1:8080), instead of what is deployed.
    #[arg(long, env = "TIDINGS_LOCAL", value_name = "URL", global = true, conflicts_with_all = ["stage", "data"])]
    local: Option<String>,
    /// The data file of a local run that has ended, instead of what is deployed.
    #[arg(long, env = "TIDINGS_DATA", global = true, conflicts_with = "stage")]
    data: Option<PathBuf>,
}

/// Says where, and who is at work there.
#[derive(clap::Args)]
pub struct Where {
    #[command(flatten)]
    at: At,
    /// Who is at work, for the record.
    #[arg(long, env = "TIDINGS_OPERATOR", global = true, default_value_t = user())]
    who: String,
    /// Opens personal values where they are shown. Deployed, it takes kms:Decrypt on the key of
    /// persons' keys.
    #[arg(long, global = true)]
    open: bool,
    /// Prints JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
}

/// What is there to be worked with.
pub struct Reached {
    pub desk: Desk,
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The tables that a trace reads.
    pub traced: tidings_trace::Tables,
    /// The data file is this process's own for as long.
    pub data: Option<DataFile>,
}

/// A desk, and what was said of how to work there.
pub struct Site {
    pub desk: Desk,
    pub who: String,
    pub open: bool,
    pub json: bool,
    /// The data file is this process's own for as long.
    _data: Option<DataFile>,
}

impl Where {
    pub async fn open(self) -> anyhow::Result<Site> {
        let Reached { desk, data, .. } = self.at.reach(self.open).await?;
        Ok(Site {
            desk,
            who: self.who,
            open: self.open,
            json: self.json,
            _data: data,
        })
    }
}

impl At {
    /// Where that is, in words.
    pub fn place(&self) -> String {
        let stage = self.stage.as_deref().filter(|stage| !stage.is_empty());
        match (&self.local, &self.data, stage) {
            (Some(address), _, _) => format!("the run at {address}"),
            (None, Some(path), _) => format!("the data file {}", path.display()),
            (None, None, Some(stage)) => format!("the stage {stage}"),
            (None, None, None) => "the stage without a name".to_owned(),
        }
    }

    /// The same, as a doctor's commands name it.
    pub fn site(&self) -> tidings_operations::doctor::Site {
        use tidings_operations::doctor::Site;
        let stage = self.stage.clone().filter(|stage| !stage.is_empty());
        match (&self.local, &self.data) {
            (Some(address), _) => Site::Run(address.clone()),
            (None, Some(path)) => Site::File(path.display().to_string()),
            (None, None) => Site::Deployed(stage),
        }
    }

    /// Goes there; `open` to see personal values.
    pub async fn reach(&self, open: bool) -> anyhow::Result<Reached> {
        match (&self.local, &self.data) {
            (Some(address), _) => self.of_a_run(address, open),
            (None, Some(path)) => self.of_a_file(path, open).await,
            (None, None) => self.deployed(open).await,
        }
    }

    async fn deployed(&self, open: bool) -> anyhow::Result<Reached> {
        let stage = self.stage.as_deref().filter(|stage| !stage.is_empty());
        let deployment = Deployment::of(Names::new(storefront().name(), stage)).await;
        let config = &deployment.config;
        let keys = deployment.person_keys();
        let tables = Tables {
            operations: deployment.table(&OPERATIONS),
            idempotency: deployment.table(&IDEMPOTENCY),
            person_keys: keys.table.clone(),
            events: deployment.table(&EVENTS),
        };
        let (sqs, dynamodb) = (
            aws_sdk_sqs::Client::new(config),
            aws_sdk_dynamodb::Client::new(config),
        );
        let keyring = open.then(|| {
            Arc::new(Keyring::on(
                aws_sdk_dynamodb::Client::new(config),
                keys.table,
                key_wrap(config, keys.kms_key),
            ))
        });
        let named = tidings_trace::Tables::named(&catalogue()?, |table| deployment.names.table(table));
        let traced = tidings_trace::Tables {
            idempotency: deployment.table(&IDEMPOTENCY),
            outbox: deployment.table(&OUTBOX),
            events: deployment.table(&EVENTS),
            ..named
        };
        Ok(Reached {
            desk: Desk::new(roster(stage)?, sqs, &dynamodb, tables).with_keyring(keyring),
            dynamodb,
            traced,
            data: None,
        })
    }

    /// A local run answers the protocols of SQS and DynamoDB.
    fn of_a_run(&self, address: &str, open: bool) -> anyhow::Result<Reached> {
        ensure!(
            !open,
            "--open: the keys of a run are its own; end it, and say --data"
        );
        let address = address.trim_end_matches('/');
        let credentials = Credentials::new("local", "local", None, None, "local");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(
                credentials,
            ))
            .http_client(tidings_aws::clients::https())
            .build();
        let sqs = aws_sdk_sqs::config::Builder::from(&config).endpoint_url(format!("{address}{SQS}"));
        let dynamodb =
            aws_sdk_dynamodb::config::Builder::from(&config).endpoint_url(format!("{address}{DYNAMODB}"));
        let sqs = aws_sdk_sqs::Client::from_conf(sqs.build());
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb.build());
        let tables = Tables::named(ToOwned::to_owned);
        Ok(Reached {
            desk: Desk::new(roster(None)?, sqs, &dynamodb, tables),
            dynamodb,
            traced: tidings_trace::Tables::named(&catalogue()?, ToOwned::to_owned),
            data: None,
        })
    }

    async fn of_a_file(&self, path: &std::path::Path, open: bool) -> anyhow::Result<Reached> {
        // Opened, it would be made.
        ensure!(path.is_file(), "there is no data file {}", path.display());
        let file = DataFile::take(path)?;
        let database = EmbeddedDynamoDb::in_file(path).with_context(|| path.display().to_string())?;
        let system = storefront();
        for table in system.tables().chain([&DEAD_LETTERS]) {
            database.create_table(table).await?;
        }
        let sqs = EmbeddedSqs::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let letters = DeadLetterQueues::new(sqs, DeadLetterTable::of(&database));
        letters.open(
            None,
            system.consumers().iter().map(|consumer| consumer.declared()),
        )?;
        let keyring = match open {
            false => None,
            true => {
                let key = path.with_added_extension("master-key");
                let key = MasterKey::in_file(&key).with_context(|| key.display().to_string())?;
                let keys = PersonKeys::new(database.client(), PERSON_KEYS.name);
                let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
                Some(Arc::new(Keyring::new(keys, Arc::new(key), clock, entropy)))
            }
        };
        let tables = Tables::named(ToOwned::to_owned);
        let desk = Desk::new(roster(None)?, letters.sqs().client(), &database.client(), tables);
        Ok(Reached {
            desk: desk.with_keyring(keyring),
            dynamodb: database.client(),
            traced: tidings_trace::Tables::named(&catalogue()?, ToOwned::to_owned),
            data: Some(file),
        })
    }
}

/// The catalogue of the system.
pub fn catalogue() -> anyhow::Result<Document> {
    Ok(Document::read(&serde_json::to_string(
        &storefront().catalogue(),
    )?)?)
}

fn roster(stage: Option<&str>) -> anyhow::Result<Roster> {
    let catalogue = serde_json::to_value(storefront().catalogue())?;
    Ok(Roster::read(&catalogue, stage)?)
}
