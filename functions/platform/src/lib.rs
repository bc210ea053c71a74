//! The platform service: what belongs to no part of the storefront. Its functions are `relay-outbox`, `sweep-outbox`, `relay-events`
//! and `sweep-events` (see `tidings_aws::relay`), and `reap-reply-queues` (see `tidings_aws::request::reaper`).

/// The service's name.
pub const SERVICE: &str = env!("CARGO_PKG_NAME");
