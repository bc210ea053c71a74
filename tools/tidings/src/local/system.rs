//! Putting the system together.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use storefront_providers::MailFolder;
use tidings_aws::{
    idempotency::IdempotencyTable,
    outbox::Outbox,
    personal::{Keyring, PersonKeys},
    relay::{GRACE, Relay, TIMEOUT},
    runtime::Surroundings,
};
use tidings_bus::{
    Bus, EmbeddedDynamoDb, EmbeddedError, FolderClaimCheck, MasterKey, MemoryClaimCheck, StreamPoller,
};
use tidings_core::{
    catalogue::{IDEMPOTENCY, OUTBOX, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
    ports::ClaimCheck,
};

use super::{Ledger, ledger::Noted};
use crate::{registry::Registry, world::World};

/// The system at work in this process.
pub struct LocalSystem {
    pub world: World,
    pub ledger: Arc<Ledger>,
    bus: Arc<Bus>,
    relay: Arc<Relay>,
    stream: Arc<StreamPoller>,
}

/// Why the local system did not start.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    #[error(transparent)]
    Database(#[from] EmbeddedError),
    #[error("the folder {0} for the data of large events cannot be made: {1}")]
    ClaimsFolder(PathBuf, std::io::Error),
    #[error("the master key {0}, which wraps the keys of persons, can be neither read nor made: {1}")]
    MasterKey(PathBuf, std::io::Error),
    #[error("the mail folder {0} cannot be made: {1}")]
    MailFolder(PathBuf, std::io::Error),
}

impl LocalSystem {
    /// Starts every consumer; data is kept in the file `data`, or in memory.
    pub async fn start(
        registry: &Registry,
        data: Option<&Path>,
        mail: &Path,
        ledger: Ledger,
    ) -> Result<Self, LocalError> {
        let database = match data {
            Some(path) => EmbeddedDynamoDb::in_file(path)?,
            None => EmbeddedDynamoDb::in_memory()?,
        };
        for table in registry.tables() {
            database.create_table(table).await?;
        }
        let mailer =
            MailFolder::create(mail).map_err(|error| LocalError::MailFolder(mail.to_owned(), error))?;
        let claim_check = claim_check(data)?;
        let bus = Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let bus = Arc::new(bus.with_claim_check(claim_check.clone()));
        let ledger = Arc::new(ledger);
        let topic = Arc::new(Noted {
            topic: bus.clone(),
            ledger: ledger.clone(),
        });
        let keyring = keyring(&database, data)?;
        let world = World::new(topic, Arc::new(mailer), keyring);
        subscribe(registry, &database, &bus, &ledger, &world, &claim_check);

        let outbox = Outbox::new(database.client(), OUTBOX.name);
        let relay = Arc::new(Relay {
            topic: world.topic(),
            outbox,
            clock: world.clock(),
        });
        let stream = Arc::new(StreamPoller::new(&database, &OUTBOX, relay.clone())?);
        Ok(Self {
            world,
            ledger,
            bus,
            relay,
            stream,
        })
    }

    /// Begins to publish what is in the outbox, also what an earlier run left in a data file.
    pub fn relay(&self) {
        let (stream, relay) = (self.stream.clone(), self.relay.clone());
        tokio::spawn(async move {
            again(&relay).await;
            stream.run().await;
        });
        let relay = self.relay.clone();
        tokio::spawn(async move { sweep(&relay).await });
    }

    /// How many messages are in flight.
    pub fn unsettled(&self) -> usize {
        self.bus.unsettled()
    }

    /// Waits until nothing is in flight: no message unsettled, and nothing unpublished in the outbox.
    pub async fn settled(&self) -> Result<(), LocalError> {
        loop {
            self.bus.settled().await;
            if self.stream.poll().await? == 0 && self.bus.unsettled() == 0 {
                return Ok(());
            }
        }
    }
}

/// Where the data of large events is kept: beside the tables, because what is in the outbox refers to it.
fn claim_check(data: Option<&Path>) -> Result<Arc<dyn ClaimCheck>, LocalError> {
    let Some(data) = data else {
        return Ok(Arc::new(MemoryClaimCheck::default()));
    };
    let folder = data.with_added_extension("claims");
    let store = FolderClaimCheck::create(&folder);
    Ok(Arc::new(
        store.map_err(|error| LocalError::ClaimsFolder(folder, error))?,
    ))
}

/// The keys of persons, wrapped by a key that is kept beside the tables, or in memory as they are.
fn keyring(database: &EmbeddedDynamoDb, data: Option<&Path>) -> Result<Arc<Keyring>, LocalError> {
    let master_key = match data {
        None => MasterKey::random(),
        Some(data) => {
            let path = data.with_added_extension("master-key");
            MasterKey::in_file(&path).map_err(|error| LocalError::MasterKey(path, error))?
        }
    };
    Ok(Arc::new(Keyring::new(
        PersonKeys::new(database.client(), PERSON_KEYS.name),
        Arc::new(master_key),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    )))
}

/// Publishes once more what an earlier run has published, whose queues ended with it; who has handled it recognises it.
async fn again(relay: &Relay) {
    let events = match relay.outbox.published().await {
        Ok(events) => events,
        Err(failure) => return tracing::error!(reason = failure.reason(), "the outbox cannot be read"),
    };
    for error in relay
        .topic
        .publish(&events)
        .await
        .into_iter()
        .filter_map(Result::err)
    {
        tracing::error!(%error, "an event of an earlier run is not published again");
    }
}

/// Publishes what the stream has missed, as the deployed `sweep-outbox` does.
async fn sweep(relay: &Relay) {
    loop {
        tokio::time::sleep(GRACE).await;
        let deadline = relay
            .clock
            .now()
            .saturating_add(TIMEOUT)
            .unwrap_or(Timestamp::MAX);
        if let Err(failure) = relay.sweep(GRACE, deadline).await {
            tracing::error!(reason = failure.reason(), "the outbox cannot be swept");
        }
    }
}

fn subscribe(
    registry: &Registry,
    database: &EmbeddedDynamoDb,
    bus: &Bus,
    ledger: &Arc<Ledger>,
    world: &World,
    claim_check: &Arc<dyn ClaimCheck>,
) {
    for entry in registry.consumers() {
        let subscription = bus.subscribe(entry.name, entry.takes.clone(), (&entry.settings).into());
        let surroundings = Surroundings {
            records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
            tables: entry.tables(),
            outbox: Some(Outbox::new(database.client(), OUTBOX.name)),
            claim_check: Some(claim_check.clone()),
            keyring: entry.uses_personal().then(|| world.keyring()),
            postpone: Some(subscription.postpone()),
            dead_letters: Some(subscription.dead_letters()),
            clock: world.clock(),
            entropy: world.entropy(),
            observe: ledger.clone(),
        };
        let handler = (entry.make)(world, surroundings);
        subscription.consume(handler);
    }
}
