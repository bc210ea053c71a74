//! The platform service: what belongs to no part of the storefront. Its functions are `relay-outbox`
//! and `sweep-outbox` (see `tidings_aws::relay`).

/// The service's name.
pub const SERVICE: &str = env!("CARGO_PKG_NAME");
