//! The platform service: what belongs to no part of the storefront. Its functions are `relay-outbox`, `sweep-outbox`, `relay-events`
//! and `sweep-events` (see `tidings_aws::relay`), `reap-reply-queues` (see `tidings_aws::request::reaper`), and the consumer of all
//! events, [`record_audit_log`].

pub mod audit_log;
pub mod record_audit_log;

pub use audit_log::AuditLog;
pub use record_audit_log::RecordAuditLog;

use tidings_aws::Service;
use tidings_core::catalogue::{EVENTS, OUTBOX};

/// The service's name.
pub const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .consumer(record_audit_log::function())
        .relay("relay-outbox", &OUTBOX)
        .sweeper("sweep-outbox", &OUTBOX)
        .relay("relay-events", &EVENTS)
        .sweeper("sweep-events", &EVENTS)
        .reaper("reap-reply-queues")
}
