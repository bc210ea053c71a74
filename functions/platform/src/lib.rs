//! The platform service: what belongs to no part of the storefront. Its functions are `relay-outbox`, `sweep-outbox`, `relay-events`
//! and `sweep-events` (see `tidings_aws::relay`), `reap-reply-queues` (see `tidings_aws::request::reaper`), and the consumer of all
//! events, [`record_audit_log`].

pub mod audit_log;
pub mod record_audit_log;

pub use audit_log::AuditLog;
pub use record_audit_log::RecordAuditLog;

/// The service's name.
pub const SERVICE: &str = env!("CARGO_PKG_NAME");
