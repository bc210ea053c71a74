//! What relays publish, where no function does.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tidings_aws::{
    System,
    environment::schemas,
    outbox::Outbox,
    relay::{Relay, TIMEOUT},
    service,
};
use tidings_core::{clock::SystemClock, contract::Addressed};
use tidings_sns::Topic;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::deployment::Deployment;

/// Between two looks into the tables.
const PAUSE: Duration = Duration::from_millis(500);

/// A relay for each table of the deployment whose events are published.
pub fn relays(deployment: &Deployment, system: &System, topic: Topic) -> Vec<Relay> {
    let dynamodb = aws_sdk_dynamodb::Client::new(&deployment.config);
    let topic = Arc::new(Addressed::new(Arc::new(topic), schemas()));
    let relay = |entry: &service::Relay| {
        let outbox = Outbox::of(dynamodb.clone(), deployment.table(entry.table), entry.table);
        Relay::new(outbox, topic.clone(), Arc::new(SystemClock))
    };
    system.relays().iter().map(relay).collect()
}

fn deadline(relay: &Relay) -> Timestamp {
    relay
        .clock
        .now()
        .saturating_add(TIMEOUT)
        .unwrap_or(Timestamp::MAX)
}

/// Publishes what waits in the tables until `stop` is cancelled, and then once more: what the last batches emitted.
pub async fn publish(relays: Vec<Relay>, stop: CancellationToken) {
    loop {
        let last = stop.is_cancelled();
        for relay in &relays {
            if let Err(failure) = relay.sweep(Duration::ZERO, deadline(relay)).await {
                tracing::warn!(
                    reason = failure.reason(),
                    "what is to be published could not be read"
                );
            }
        }
        if last {
            return;
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = stop.cancelled() => {}
        }
    }
}
