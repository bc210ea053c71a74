//! What things are called when they are deployed without a stage, and in exports.

use crate::{document::Consumer, drift::Names};

/// The topic that all events go to.
pub(super) fn topic(system: &str) -> String {
    Names::new(system, None).topic()
}

/// The queue of a consumer. Queues have no system in their names.
pub(super) fn queue(consumer: &Consumer) -> String {
    Names::new("", None).queue(consumer)
}

/// Where the queue's dead letters go.
pub(super) fn dead_letters(consumer: &Consumer) -> String {
    Names::new("", None).dead_letters(consumer)
}

/// Where goes what the topic cannot deliver to the queue.
pub(super) fn undelivered(consumer: &Consumer) -> String {
    Names::new("", None).undelivered(consumer)
}

/// What the names of reply queues begin with.
pub(super) fn replies(system: &str) -> String {
    format!("{system}-replies-")
}

/// A version of a contract as one word (`order.placed.v2`).
pub(super) fn versioned(name: &str, version: u32) -> String {
    format!("{name}.v{version}")
}

/// Where the schema of a version as written is served, below the root of the local run or of the
/// bucket.
pub(super) fn schema_path(name: &str, version: u32) -> String {
    format!("/schemas/{name}/v{version}.json")
}
