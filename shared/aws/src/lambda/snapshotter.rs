//! The `main` of what takes snapshots, on the event store's stream.

use aws_lambda_events::dynamodb;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tidings_core::catalogue::{Access, EVENTS, Resource, SNAPSHOTS};

use super::begin;
use crate::{
    TableNames,
    clients::function_config,
    event_store::{EventStore, Kinds, Snapshotter},
};

const USES: [Resource; 2] = [
    Resource::Table(&EVENTS, Access::Read),
    Resource::Table(&SNAPSHOTS, Access::ReadWrite),
];

/// Runs a snapshotter on the stream of the event store.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
pub fn snapshotter(kinds: Kinds) -> Result<(), Error> {
    begin(Box::pin(run(kinds)))
}

async fn run(kinds: Kinds) -> Result<(), Error> {
    let names = TableNames::from_environment(&USES)?;
    let dynamodb = aws_sdk_dynamodb::Client::new(&function_config());
    let store = EventStore::new(dynamodb, names.get(EVENTS.name)?);
    let snapshotter = &Snapshotter::new(store.with_snapshots(names.get(SNAPSHOTS.name)?), kinds);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<dynamodb::Event>| {
        Ok::<_, Error>(Box::pin(snapshotter.handle(event.payload)).await)
    }))
    .await
}
