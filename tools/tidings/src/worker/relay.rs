//! The outbox, where no function publishes it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tidings_aws::{
    outbox::Outbox,
    relay::{Relay, TIMEOUT},
    topic::Topic,
};
use tidings_core::clock::SystemClock;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::deployment::Deployment;

/// Between two looks into the outbox.
const PAUSE: Duration = Duration::from_millis(500);

/// The relay of a deployment's outbox.
pub fn relay(deployment: &Deployment, topic: Topic) -> Relay {
    let dynamodb = aws_sdk_dynamodb::Client::new(&deployment.config);
    let outbox = Outbox::new(dynamodb, deployment.outbox());
    Relay::new(outbox, Arc::new(topic), Arc::new(SystemClock))
}

fn deadline(relay: &Relay) -> Timestamp {
    relay
        .clock
        .now()
        .saturating_add(TIMEOUT)
        .unwrap_or(Timestamp::MAX)
}

/// Publishes what waits in the outbox until `stop` is cancelled, and then once more: what the last batches emitted.
pub async fn publish(relay: Relay, stop: CancellationToken) {
    loop {
        let last = stop.is_cancelled();
        if let Err(failure) = relay.sweep(Duration::ZERO, deadline(&relay)).await {
            tracing::warn!(reason = failure.reason(), "the outbox could not be read");
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
