//! The {{service}} service. Say here what it is for.

use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
}
