//! A lane: deliveries that are processed one behind the other. A FIFO queue's message group is one; of a standard queue, each event has its own.

use jiff::Timestamp;
use tracing::Instrument as _;

use super::{Runtime, process::process, receive::Delivery, settle::settle};

/// Processes the deliveries of a lane one behind the other; answers the ids of the messages that come back. The first that comes back, or
/// is set aside, stops the lane, and the rest comes back (AWS: Lambda with SQS, error handling, FIFO queues).
pub(super) async fn in_order(runtime: &Runtime, lane: Vec<Delivery>, deadline: Timestamp) -> Vec<String> {
    let name = runtime.handler.declared.name;
    let mut lane = lane.into_iter();
    let (mut back, mut stopped) = (Vec::new(), false);
    while !stopped && let Some(delivery) = lane.next() {
        let processed = process(runtime, &delivery, deadline);
        let settled = processed.instrument(delivery.span(name)).await;
        stopped = settled.set_aside || !settled.back.is_empty();
        back = settled.back;
    }
    let now = runtime.surroundings.now();
    for behind in lane {
        let waits = runtime.breaker.behind(now);
        let settled = settle(runtime, &behind, None, waits, now);
        back.extend(settled.instrument(behind.span(name)).await.back);
    }
    back
}
