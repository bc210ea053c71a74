//! The clients of AWS that a function links only if it declares that it needs them.

use std::sync::Arc;

use aws_types::SdkConfig;
use tidings_core::{personal::KeyWrap, ports::ClaimCheck};

/// What reaches S3 and KMS for a function; made by `tidings_lambda::adapters`, so that nothing here refers to their clients.
#[derive(Debug, Clone, Copy)]
pub struct Adapters {
    /// The store in this bucket for the data of events that are too large for the topic.
    pub claim_check: Option<ClaimCheckIn>,
    /// The KMS key, by id, ARN or alias, that wraps the keys of persons.
    pub key_wrap: Option<KeyWrapBy>,
}

/// Opens the store in a bucket.
pub type ClaimCheckIn = fn(&SdkConfig, String) -> Arc<dyn ClaimCheck>;
/// Opens a KMS key.
pub type KeyWrapBy = fn(&SdkConfig, String) -> Arc<dyn KeyWrap>;
