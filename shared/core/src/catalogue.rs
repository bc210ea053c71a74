//! The catalogue: the whole system as data, made from the code's own declarations. The infrastructure is made
//! from it, so subscriptions, filters, time-outs and permissions cannot drift from the code.

mod endpoint;

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    EventType, Takes,
    backoff::Backoff,
    breaker::BreakerSettings,
    consumer::{Declared, Repeat},
};
pub use endpoint::{DeclaredEndpoint, Endpoint, Header, IdempotencyKey, Link, endpoint};

/// How a function runs.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The function's time-out. A record that is not done by then comes back.
    pub timeout: Duration,
    /// The function's memory, in MB.
    pub memory_mb: u32,
    /// Records a batch, at most (SQS gives a standard queue up to 10 without a batching window).
    pub batch_size: u32,
    /// Records of a batch that are worked on at once.
    pub concurrency: usize,
    /// Invocations at once, at most (2 to 1,000; event source mapping `MaximumConcurrency`).
    pub maximum_concurrency: u32,
    /// How long a provider may be down before messages reach the dead-letter queue; says through the backoff how often a message
    /// is tried.
    pub outage_budget: Duration,
    /// When a failed message comes back.
    pub backoff: Backoff,
    /// When a consumer whose handler reaches outside (leased, natural) pauses because its provider is down; none never
    /// pauses. A transactional one has no provider.
    pub breaker: Option<BreakerSettings>,
}

impl Settings {
    /// What suits most consumers.
    pub const DEFAULT: Self = Self {
        timeout: Duration::from_secs(10),
        memory_mb: 256,
        batch_size: 10,
        concurrency: 10,
        maximum_concurrency: 10,
        outage_budget: Duration::from_secs(15 * 60),
        backoff: Backoff::DEFAULT,
        breaker: Some(BreakerSettings::DEFAULT),
    };

    /// How long the queue hides a message that was received (AWS: Lambda with SQS, configuring a queue).
    #[must_use]
    pub const fn visibility_timeout(&self) -> Duration {
        self.timeout.saturating_mul(VISIBILITY_FACTOR)
    }

    /// How often a message is tried before it is given up.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.backoff.receives_for(self.outage_budget)
    }
}

/// How long a standard queue keeps a message.
pub const RETENTION: Duration = Duration::from_secs(4 * DAY);
/// How long a FIFO queue keeps one, the most that SQS does (AWS: SQS, message quotas): it may wait behind a dead letter of its group.
pub const FIFO_RETENTION: Duration = Duration::from_secs(14 * DAY);
/// How long a dead-letter queue keeps one; longer than a standard queue, because there a dead letter keeps its first enqueue
/// time, which in a FIFO queue begins anew (AWS: setting up a dead-letter queue, retention).
pub const DEAD_LETTER_RETENTION: Duration = Duration::from_secs(14 * DAY);
/// How often a queue hands out a message, the most that SQS takes for `maxReceiveCount`. A receive counts for all messages that it brings,
/// also for one that is not begun: its consumer pauses, or another of its group stands before it. So the redrive policy would move what nobody has
/// tried, and the runtime gives up itself, after [`Settings::tries`].
pub const RECEIVES: u32 = 1000;
/// The queue's visibility time-out in function time-outs (AWS: Lambda with SQS, configuring a queue).
const VISIBILITY_FACTOR: u32 = 6;
const DAY: u64 = 24 * 60 * 60;

/// A DynamoDB table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The table's name in the system, without a stage's prefix.
    pub name: &'static str,
    /// The service that owns it.
    pub service: &'static str,
    /// The partition key's name; a string.
    pub partition_key: &'static str,
    /// The sort key's name, if it has one; a string.
    pub sort_key: Option<&'static str>,
    /// The attribute that says when an item expires, in seconds since 1970.
    pub expiry: Option<&'static str>,
    /// Whether changes of the table are streamed (new images).
    pub stream: bool,
    /// Other orders of its items.
    pub indexes: &'static [Index],
}

/// A sparse index of a table: it holds, by keys of their own, those items that have both of its attributes. It follows the table a little
/// later, and cannot be read strongly consistent (AWS: DynamoDB, global secondary indexes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The index's name.
    pub name: &'static str,
    /// The attribute that is its partition key; a string.
    pub partition_key: &'static str,
    /// The attribute that is its sort key; a string.
    pub sort_key: &'static str,
    /// What it holds of an item besides the keys of the index and of the table.
    pub includes: &'static [&'static str],
}

impl Table {
    /// A table with this partition key and nothing else.
    #[must_use]
    pub const fn new(name: &'static str, service: &'static str, partition_key: &'static str) -> Self {
        Self {
            name,
            service,
            partition_key,
            sort_key: None,
            expiry: None,
            stream: false,
            indexes: &[],
        }
    }

    /// It has this sort key.
    #[must_use]
    pub const fn sorted_by(self, sort_key: &'static str) -> Self {
        Self {
            sort_key: Some(sort_key),
            ..self
        }
    }

    /// Its items expire at the time that this attribute says, in seconds since 1970.
    #[must_use]
    pub const fn expiring_by(self, attribute: &'static str) -> Self {
        Self {
            expiry: Some(attribute),
            ..self
        }
    }

    /// Its changes are streamed.
    #[must_use]
    pub const fn streamed(self) -> Self {
        Self { stream: true, ..self }
    }

    /// It has these indexes.
    #[must_use]
    pub const fn indexed_by(self, indexes: &'static [Index]) -> Self {
        Self { indexes, ..self }
    }
}

/// The idempotency table that all consumers share.
pub const IDEMPOTENCY: Table = Table::new("idempotency", "platform", "event")
    .sorted_by("consumer")
    .expiring_by("expires");

/// What is to be published, by the time since when it is: the index of the outbox and of the event store.
pub const PENDING: Index = Index {
    name: "pending",
    partition_key: "pending",
    sort_key: "since",
    includes: &[],
};

/// The outbox: events that are committed and yet to be published. Its partition key is the aggregate, its sort
/// key the event's place in the aggregate's history.
pub const OUTBOX: Table = Table::new("outbox", "platform", "aggregate_key")
    .sorted_by("position")
    .expiring_by("expires")
    .streamed()
    .indexed_by(&[PENDING]);

/// The event store: the events of aggregates whose state they are, for good. Its partition key is the aggregate, its sort key the
/// version.
pub const EVENTS: Table = Table::new("events", "platform", "aggregate_key")
    .sorted_by("position")
    .streamed()
    .indexed_by(&[PENDING]);

/// The keys of persons, with which what events hold of them is sealed.
pub const PERSON_KEYS: Table = Table::new("person-keys", "platform", "person");

/// Snapshots of aggregates: what their events had made of them at some versions. Its partition key is the aggregate, its sort key where
/// in the history.
pub const SNAPSHOTS: Table = Table::new("snapshots", "platform", "aggregate_key").sorted_by("position");

/// What operators have done with dead letters: the letters themselves as they were, each act, and who is at work on which queue
/// (`tidings-operations`). No function touches it.
pub const OPERATIONS: Table = Table::new("operations", "platform", "item")
    .sorted_by("part")
    .expiring_by("expires");

/// A plain value that whoever deploys may choose. The function is told it by the variable of this name (`tax-rate`: `TAX_RATE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The name, as the catalogue writes names (`tax-rate`).
    pub name: &'static str,
    /// What it is unless something else is chosen.
    pub default: &'static str,
    /// A regular expression that the whole value must match, so that a wrong one is refused before the function is told it. Of what JavaScript
    /// and Java read alike: character classes, groups, `|` and repetitions.
    pub pattern: &'static str,
    /// What it is for, and in which unit.
    pub summary: &'static str,
}

impl Parameter {
    /// The variable by which the function is told it.
    #[must_use]
    pub fn variable(&self) -> String {
        self.name.to_ascii_uppercase().replace('-', "_")
    }
}

/// Something that a function may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A table.
    Table(&'static Table, Access),
    /// Personal values of events: opening them (read), sealing new ones (write), or both. A function that only passes events on, or folds
    /// them, needs neither.
    Personal(Access),
    /// Sending mail.
    Mail,
    /// A secret of this name, with which a provider is reached: its key, or the address of a webhook. It is read when the function
    /// starts, and never written anywhere.
    Secret(&'static str),
    /// A value that is chosen when the function is deployed.
    Parameter(Parameter),
    /// Objects of a bucket of this name.
    Bucket(&'static str, Access),
    /// Sending commands of this type to the queue of their handler.
    Send(&'static str),
    /// Asking: a queue of the process's own, to which answers come.
    Replies,
}

impl Resource {
    /// Whether personal values are among `uses`: known when a function is compiled, so that what opens and seals them is linked only where
    /// it is needed.
    #[must_use]
    pub const fn personal_among(uses: &[Self]) -> bool {
        let mut index = 0;
        while index < uses.len() {
            if matches!(uses[index], Self::Personal(_)) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// The table, where it is one that the function names itself.
    #[must_use]
    pub const fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table, _) => Some(table),
            _ => None,
        }
    }
}

/// How a function touches a table, personal values or a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Puts, updates, deletes and condition checks.
    Write,
    /// Gets and queries.
    Read,
    /// Queries of its indexes, and of nothing else.
    List,
    /// Both.
    ReadWrite,
}

impl Serialize for Resource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Table(table, access) => json!({ "table": table.name, "access": access }),
            Self::Personal(access) => json!({ "personal": access }),
            Self::Mail => json!({ "mail": "send" }),
            Self::Secret(name) => json!({ "secret": name }),
            Self::Parameter(parameter) => json!({
                "parameter": parameter.name,
                "default": parameter.default,
                "pattern": parameter.pattern,
                "summary": parameter.summary,
            }),
            Self::Bucket(name, access) => json!({ "bucket": name, "access": access }),
            Self::Send(command) => json!({ "command": command }),
            Self::Replies => json!({ "replies": "receive" }),
        }
        .serialize(serializer)
    }
}

/// A function that runs by a schedule: it finishes what was left unfinished.
pub trait Scheduled: Send + Sync + 'static {
    /// The function's name, a command (`sweep-checkouts`): file, binary and function.
    const NAME: &'static str;
    /// The service that owns it: the name of its crate.
    const SERVICE: &'static str;
    /// How often it runs: 1 to 60. Its time-out is no longer than that, so that two runs do not meet.
    const EVERY_MINUTES: u32 = 1;
    /// Time-out and memory.
    const SETTINGS: Settings = Settings::DEFAULT;
    /// What the function may touch.
    const USES: &'static [Resource] = &[];
    /// The events that it publishes.
    const PUBLISHES: &'static [EventType] = &[];
}

/// What a function that runs by a schedule declares, as data.
#[derive(Debug, Clone)]
pub struct DeclaredSchedule {
    /// [`Scheduled::NAME`].
    pub name: &'static str,
    /// [`Scheduled::SERVICE`].
    pub service: &'static str,
    /// [`Scheduled::EVERY_MINUTES`].
    pub every_minutes: u32,
    /// [`Scheduled::SETTINGS`].
    pub settings: Settings,
    /// [`Scheduled::USES`].
    pub uses: &'static [Resource],
    /// [`Scheduled::PUBLISHES`].
    pub publishes: &'static [EventType],
}

impl DeclaredSchedule {
    /// What this function declares.
    #[must_use]
    pub const fn by<S: Scheduled>() -> Self {
        Self {
            name: S::NAME,
            service: S::SERVICE,
            every_minutes: S::EVERY_MINUTES,
            settings: S::SETTINGS,
            uses: S::USES,
            publishes: S::PUBLISHES,
        }
    }
}

/// The whole system.
#[derive(Debug, Clone, Serialize)]
pub struct Catalogue {
    /// The system's name, which begins the names of its shared resources.
    pub system: &'static str,
    /// All tables.
    pub tables: Vec<&'static Table>,
    /// All publishers.
    pub publishers: Vec<Value>,
    /// All queries.
    pub queries: Vec<Value>,
    /// All consumers.
    pub consumers: Vec<Value>,
    /// The functions on a table's stream.
    pub relays: Vec<Value>,
    /// The functions that publish, by a schedule, what a relay has left over.
    pub sweepers: Vec<Value>,
    /// The functions that delete, by a schedule, the reply queues that nobody owns any more.
    pub reapers: Vec<Value>,
    /// The functions on the event store's stream that keep snapshots.
    pub snapshotters: Vec<Value>,
    /// The other functions that run by a schedule.
    pub scheduled: Vec<Value>,
}

/// What the catalogue says of a consumer.
#[must_use]
pub fn consumer(consumer: &Declared) -> Value {
    let settings = &consumer.settings;
    let fifo = consumer.command().is_some();
    json!({
        "name": consumer.name,
        "service": consumer.service,
        "guarantee": consumer.guarantee.as_str(),
        "repeat": consumer.repeat.map(Repeat::as_str),
        "takes": consumer.takes,
        "filter": filter(&consumer.takes),
        "events": consumer.reads,
        "publishes": consumer.publishes,
        "claimCheck": consumer.claim_check,
        "timeoutSeconds": settings.timeout.as_secs(),
        "memoryMb": settings.memory_mb,
        "batchSize": settings.batch_size,
        "maximumConcurrency": settings.maximum_concurrency,
        "visibilityTimeoutSeconds": settings.visibility_timeout().as_secs(),
        "maxReceiveCount": RECEIVES,
        "retentionSeconds": if fifo { FIFO_RETENTION } else { RETENTION }.as_secs(),
        "deadLetterRetentionSeconds": DEAD_LETTER_RETENTION.as_secs(),
        "uses": consumer.uses,
    })
}

/// What the catalogue says of a relay: the function `name` on the stream of `table`, of the service that owns the table. It gives up after a few tries, because what it
/// cannot publish holds up its shard; the sweeper goes on with it.
#[must_use]
pub fn relay(name: &str, table: &'static Table) -> Value {
    json!({
        "name": name,
        "service": table.service,
        "table": table.name,
        "timeoutSeconds": Settings::DEFAULT.timeout.as_secs() * 3,
        "memoryMb": Settings::DEFAULT.memory_mb,
        "batchSize": 100,
        "maximumRetryAttempts": 5,
        "uses": [Resource::Table(table, Access::ReadWrite)],
    })
}

/// What the catalogue says of a sweeper: the function `name` that looks once a minute for what `table` has pending for too long.
#[must_use]
pub fn sweeper(name: &str, table: &'static Table) -> Value {
    json!({
        "name": name,
        "service": table.service,
        "table": table.name,
        "timeoutSeconds": Settings::DEFAULT.timeout.as_secs() * 3,
        "memoryMb": Settings::DEFAULT.memory_mb,
        "everyMinutes": 1,
        "uses": [Resource::Table(table, Access::ReadWrite)],
    })
}

/// What the catalogue says of a reaper: the function `name` that looks every ten minutes for reply queues whose owners are gone.
#[must_use]
pub fn reaper(name: &str, service: &str) -> Value {
    json!({
        "name": name,
        "service": service,
        "timeoutSeconds": Settings::DEFAULT.timeout.as_secs() * 6,
        "memoryMb": Settings::DEFAULT.memory_mb,
        "everyMinutes": 10,
        "uses": [],
    })
}

/// What the catalogue says of a function that runs by a schedule.
#[must_use]
pub fn scheduled(function: &DeclaredSchedule) -> Value {
    json!({
        "name": function.name,
        "service": function.service,
        "publishes": function.publishes,
        "timeoutSeconds": function.settings.timeout.as_secs(),
        "memoryMb": function.settings.memory_mb,
        "everyMinutes": function.every_minutes,
        "uses": function.uses,
    })
}

/// What the catalogue says of a snapshotter: the function `name` on the stream of the event store, for `aggregates` of these types. A snapshot that
/// it does not take costs time and nothing else, so it gives up soon.
#[must_use]
pub fn snapshotter(name: &str, aggregates: &[&str]) -> Value {
    json!({
        "name": name,
        "service": EVENTS.service,
        "table": EVENTS.name,
        "aggregates": aggregates,
        "timeoutSeconds": Settings::DEFAULT.timeout.as_secs() * 6,
        "memoryMb": Settings::DEFAULT.memory_mb,
        "batchSize": 1000,
        "batchingWindowSeconds": 5,
        "maximumRetryAttempts": 2,
        "uses": [
            Resource::Table(&EVENTS, Access::Read),
            Resource::Table(&SNAPSHOTS, Access::ReadWrite),
        ],
    })
}

/// The SNS filter policy over message attributes; none lets everything through. It never names a version.
#[must_use]
pub fn filter(takes: &Takes) -> Option<Value> {
    match takes {
        Takes::Types(types) => Some(json!({ "type": types })),
        Takes::Prefix(prefix) => Some(json!({ "type": [{ "prefix": prefix }] })),
        Takes::All | Takes::Command(_) => None,
    }
}
