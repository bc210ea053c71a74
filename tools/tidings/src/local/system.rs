//! Putting the system together.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_lambda_events::{
    apigw::ApiGatewayV2httpRequest,
    lambda_function_urls::LambdaFunctionUrlResponse,
    sqs::{SqsEvent, SqsMessage},
};
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use orders::stock::STOCK;
use tidings_aws::{
    HandleBatch, Runtime, Setting, System, TableNames,
    event_store::{EventStore, Scan, Segment, Snapshotter},
    http::serve,
    idempotency::IdempotencyTable,
    observe::Verdict,
    outbox::Outbox,
    personal::{Keyring, PersonKeys},
    request::Requester,
    runtime::{Replies, Surroundings},
    service::{EndpointEntry, Error, Relay, Snapshots},
};
use tidings_bus::{
    Bus, BusReplyQueue, DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, EmbeddedDynamoDb, EmbeddedError,
    EmbeddedSqs, FolderClaimCheck, MasterKey, MemoryClaimCheck, REPLY_PREFIX, StreamPoller,
};
use tidings_core::{
    Envelope,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Resource, SNAPSHOTS},
    clock::{SystemClock, SystemEntropy},
    contract::{Addressed, Schemas},
    ports::{ClaimCheck, Publish, TransportError},
};

use super::{
    Ledger,
    clockwork::Clockwork,
    ledger::Noted,
    outlet::Outlet,
    outside::{Calls, Folders, Mishaps, SlowTables, Slowed, Watched, standing_in},
    shelves,
};

/// How a local system is to be.
pub struct Settings<'a> {
    /// Keeps the tables in this file; without it, in memory.
    pub data: Option<&'a Path>,
    /// Where mails and invoices are written.
    pub folders: &'a Folders,
    /// What goes wrong.
    pub mishaps: Mishaps,
    pub calls: Calls,
    pub ledger: Ledger,
    /// Where this process serves schemas, if it does.
    pub schemas: Option<Schemas>,
}

/// The system at work in this process.
pub struct LocalSystem {
    /// What functions are made of.
    pub setting: Setting,
    pub topic: Arc<dyn Publish>,
    events: EventStore,
    pub ledger: Arc<Ledger>,
    /// What the outside world has been told.
    pub calls: Arc<Calls>,
    /// What no consumer could do.
    pub dead_letters: DeadLetterTable,
    /// The same, as operators get at it.
    pub letters: DeadLetterQueues,
    /// The tables.
    pub database: EmbeddedDynamoDb,
    bus: Arc<Bus>,
    handlers: BTreeMap<&'static str, Arc<dyn HandleBatch>>,
    outlets: Vec<Outlet>,
    snapshots: Vec<Arc<StreamPoller>>,
    scheduled: Vec<Clockwork>,
}

/// One consumer's queue on the bus.
pub struct QueueOf {
    bus: Arc<Bus>,
    consumer: &'static str,
}

#[async_trait]
impl Publish for QueueOf {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let send = |event: &Envelope| self.bus.send(self.consumer, event.to_json());
        events
            .iter()
            .map(|event| send(event).map_err(|error| TransportError(error.to_string())))
            .collect()
    }
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
    #[error("the stock cannot be filled: {0}")]
    Shelves(String),
    #[error("{folders} cannot be made: {error}")]
    Folders { folders: String, error: std::io::Error },
    #[error("the function {0} cannot be made: {1}")]
    Function(&'static str, Error),
}

impl LocalSystem {
    /// Starts every consumer.
    pub async fn start(system: &System, settings: Settings<'_>) -> Result<Self, LocalError> {
        let Settings {
            data,
            folders,
            mishaps,
            calls,
            ledger,
            schemas,
        } = settings;
        let database = match data {
            Some(path) => EmbeddedDynamoDb::in_file(path)?,
            None => EmbeddedDynamoDb::in_memory()?,
        };
        for table in system.tables().chain([&DEAD_LETTERS]) {
            database.create_table(table).await?;
        }
        let dead_letters = DeadLetterTable::of(&database);
        if system.tables().any(|table| table.name == STOCK.name) {
            shelves::fill(&database.client()).await?;
        }
        let calls = Arc::new(calls);
        let outside = standing_in(folders, &mishaps, &calls).map_err(|error| LocalError::Folders {
            folders: format!("{} or {}", folders.mail.display(), folders.invoices.display()),
            error,
        })?;
        let claim_check = claim_check(data)?;
        let bus = Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let bus = bus.with_claim_check(claim_check.clone());
        let sqs = EmbeddedSqs::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let letters = DeadLetterQueues::new(sqs, dead_letters.clone());
        let bus = Arc::new(bus.with_dead_letters(Arc::new(letters.clone())));
        let ledger = Arc::new(ledger);
        let topic = Noted::new(bus.clone(), ledger.clone());
        let tables = TableNames::new(system.tables().map(|table| (table.name, table.name.to_owned())));
        let dynamodb = handlers_client(system, &database, &mishaps);
        let keyring = keyring(&database, data)?;
        let events = EventStore::new(dynamodb.clone(), EVENTS.name).with_snapshots(SNAPSHOTS.name);
        let events = events.with_keyring(Some(keyring.clone()));
        let setting = Setting::new(nobody(), dynamodb, tables)
            .with_keyring(Some(keyring.clone()))
            .with(outside)
            .with(requester(&bus, &ledger, keyring, schemas.clone()));
        letters.open(
            Some(&bus),
            system.consumers().iter().map(|consumer| consumer.declared()),
        )?;
        let inside = Inside {
            database: &database,
            bus: &bus,
            schemas: &schemas,
        };
        let handlers = subscribe(system, inside, &ledger, &setting, &claim_check, &mishaps).await?;
        let outlet = |relay: &Relay| Outlet::open(relay.table, &database, &bus, &ledger, schemas.clone());
        let outlets = system.relays().iter().map(outlet).collect::<Result<_, _>>()?;
        let snapshots = snapshots(system, &database, &events)?;
        let mut scheduled = Vec::new();
        for function in system.scheduled() {
            let clockwork = Clockwork::of(function, &setting).await;
            let name = function.declared().name;
            scheduled.push(clockwork.map_err(|error| LocalError::Function(name, error))?);
        }
        Ok(Self {
            setting,
            topic: Arc::new(topic),
            events,
            ledger,
            calls,
            dead_letters,
            letters,
            database,
            bus,
            handlers,
            outlets,
            snapshots,
            scheduled,
        })
    }

    /// Serves a request as the endpoint does.
    ///
    /// # Errors
    /// When the endpoint cannot be made.
    pub async fn serve(
        &self,
        endpoint: &EndpointEntry,
        request: ApiGatewayV2httpRequest,
    ) -> anyhow::Result<LambdaFunctionUrlResponse> {
        let answering = endpoint.endpoint(&self.setting).await;
        let answering = answering.map_err(|error| anyhow!("{error}"))?;
        Ok(serve(endpoint.declared(), &*answering, request).await)
    }

    /// Begins to publish what is written, also what an earlier run left in a data file; to keep snapshots of it; and to run what runs by a
    /// schedule.
    pub fn relay(&self) {
        self.outlets.iter().for_each(Outlet::run);
        self.scheduled.iter().for_each(Clockwork::run);
        for snapshots in &self.snapshots {
            let snapshots = snapshots.clone();
            tokio::spawn(async move { snapshots.run().await });
        }
    }

    /// Hands an event to one consumer, past topic and queue, and waits until it has handled it.
    ///
    /// # Errors
    /// There is no such consumer, or it has not done it; with the reason that it gave.
    pub async fn hand(&self, consumer: &str, event: &Envelope) -> anyhow::Result<()> {
        let handler = self.handlers.get(consumer);
        let handler = handler.with_context(|| format!("there is no consumer {consumer}"))?;
        let mut message = SqsMessage::default();
        message.message_id = Some(event.id.clone());
        message.body = Some(event.to_json());
        let mut batch = SqsEvent::default();
        batch.records = vec![message];
        handler.handle(batch, Timestamp::MAX).await;
        let ended = self.ledger.end_of(consumer, event);
        let ended = ended.with_context(|| format!("{consumer} has not ended"))?;
        match ended.verdict {
            Verdict::Done | Verdict::Duplicate => Ok(()),
            verdict => bail!("{}", ended.reason.as_deref().unwrap_or(verdict.as_str())),
        }
    }

    /// The events that the store holds of aggregates of this type.
    ///
    /// # Errors
    /// When one cannot be read.
    pub async fn stated(&self, aggregate: &str) -> anyhow::Result<Vec<Envelope>> {
        let (mut stated, mut from) = (Vec::new(), None);
        loop {
            let scan = Scan {
                segment: Segment::WHOLE,
                aggregate: Some(aggregate),
                page: None,
            };
            let page = self.events.page(scan, from.as_ref()).await;
            let page = page.map_err(|failure| anyhow!("{}", failure.reason()))?;
            for entry in page.entries {
                stated.push(entry.event.map_err(|error| anyhow!("{error}"))?);
            }
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok(stated),
            }
        }
    }

    /// The queue of one consumer, past the topic.
    pub fn queue_of(&self, consumer: &'static str) -> QueueOf {
        QueueOf {
            bus: self.bus.clone(),
            consumer,
        }
    }

    /// Waits until no message is waiting or being worked on; what consumers have emitted is left to the next run.
    pub async fn handled(&self) {
        self.bus.settled().await;
    }

    /// How many messages are in flight.
    pub fn unsettled(&self) -> usize {
        self.bus.unsettled()
    }

    /// Waits until nothing is in flight: no message unsettled, and nothing unpublished.
    pub async fn settled(&self) -> Result<(), LocalError> {
        loop {
            self.bus.settled().await;
            let mut moved = 0;
            for outlet in &self.outlets {
                moved += outlet.flush().await?;
            }
            if moved == 0 && self.bus.unsettled() == 0 {
                return Ok(());
            }
        }
    }
}

/// What stands in this process for DynamoDB and the queues, and where it serves schemas.
#[derive(Clone, Copy)]
struct Inside<'a> {
    database: &'a EmbeddedDynamoDb,
    bus: &'a Arc<Bus>,
    schemas: &'a Option<Schemas>,
}

/// For clients of one's own: there is nothing of AWS in this process.
fn nobody() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .build()
}

/// What handlers reach the tables with, those of consumers too: as slow as the tables are made to be.
fn handlers_client(system: &System, database: &EmbeddedDynamoDb, mishaps: &Mishaps) -> Client {
    let connector = SlowTables {
        database: database.connector(),
        mishaps: mishaps.clone(),
        tables: system.tables().map(|table| table.name).collect(),
    };
    Client::from_conf(EmbeddedDynamoDb::config(connector).build())
}

/// Asks handlers of commands, in this process.
fn requester(
    bus: &Arc<Bus>,
    ledger: &Arc<Ledger>,
    keyring: Arc<Keyring>,
    schemas: Option<Schemas>,
) -> Arc<Requester> {
    let entropy = Arc::new(SystemEntropy);
    let replies = Arc::new(BusReplyQueue::open(bus.clone(), entropy.as_ref()));
    let requester = Requester::new(
        Arc::new(Addressed::new(bus.clone(), schemas)),
        replies,
        entropy,
        ledger.clone(),
    );
    Arc::new(requester.with_keyring(Some(keyring)))
}

/// What keeps snapshots, on the stream of the event store.
fn snapshots(
    system: &System,
    database: &EmbeddedDynamoDb,
    events: &EventStore,
) -> Result<Vec<Arc<StreamPoller>>, EmbeddedError> {
    let poller = |entry: &Snapshots| {
        let snapshotter = Snapshotter::new(events.clone(), entry.kinds.clone());
        StreamPoller::new(database, &EVENTS, Arc::new(snapshotter)).map(Arc::new)
    };
    system.snapshotters().iter().map(poller).collect()
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

async fn subscribe(
    system: &System,
    inside: Inside<'_>,
    ledger: &Arc<Ledger>,
    setting: &Setting,
    claim_check: &Arc<dyn ClaimCheck>,
    mishaps: &Mishaps,
) -> Result<BTreeMap<&'static str, Arc<dyn HandleBatch>>, LocalError> {
    let Inside {
        database,
        bus,
        schemas,
    } = inside;
    let mut handlers: BTreeMap<_, Arc<dyn HandleBatch>> = BTreeMap::new();
    for function in system.consumers() {
        let declared = function.declared();
        let (name, uses) = (declared.name, declared.uses);
        let handler = function.handler(setting).await;
        let handler = handler.map_err(|error| LocalError::Function(name, error))?;
        let subscription = bus.subscribe(name, declared.takes.clone(), (&declared.settings).into());
        let surroundings = Surroundings {
            records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
            // It reaches no table that it has not declared, as when deployed.
            tables: TableNames::as_declared(uses),
            outbox: Some(Outbox::new(database.client(), OUTBOX.name)),
            claim_check: declared.claim_check.then(|| claim_check.clone()),
            replies: Some(Replies {
                prefix: REPLY_PREFIX.to_owned(),
                reply: Arc::new(Addressed::new(bus.clone(), schemas.clone())),
            }),
            keyring: setting.keyring().filter(|_| Resource::personal_among(uses)),
            postpone: Some(subscription.postpone()),
            dead_letters: Some(subscription.dead_letters()),
            clock: setting.clock(),
            entropy: setting.entropy(),
            observe: ledger.clone(),
        };
        let slowed = Slowed {
            name,
            mishaps: mishaps.clone(),
            handler: Arc::new(Runtime::new(handler, surroundings)),
        };
        let handler = Arc::new(Watched {
            name,
            feed: ledger.feed().cloned(),
            handler: Arc::new(slowed),
        });
        subscription.consume(handler.clone());
        handlers.insert(name, handler);
    }
    Ok(handlers)
}
