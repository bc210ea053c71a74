//! The functions that every system has beside its own: they work on the tables and the queues of all.

use serde_json::{Value, json};

use super::{Access, EVENTS, Resource, SNAPSHOTS, Settings, Table};

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
        "uses": [Resource::Table(table, Access::Mark)],
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
        "uses": [Resource::Table(table, Access::Mark)],
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
