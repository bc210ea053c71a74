//! The clients of AWS that a function links only if it declares that it needs them.
//!
//! S3 and KMS are a third of a function's size. So what reaches them is named by what the function declares, when it is compiled: where
//! nothing names it, the linker leaves it out.

use std::sync::Arc;

use aws_types::SdkConfig;
use tidings_core::{
    Consumer,
    catalogue::{Endpoint, Resource, Scheduled},
    consumer::needs_claim_check,
    ports::ClaimCheck,
};

use crate::{
    claim_check::S3ClaimCheck,
    personal::{KeyWrap, KmsKeyWrap},
};

/// What reaches S3 and KMS for a function.
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

impl Adapters {
    /// Both: for what is not compiled for one function, as a worker.
    pub const ALL: Self = Self {
        claim_check: Some(claim_check),
        key_wrap: Some(key_wrap),
    };

    const fn of(large: bool, personal: bool) -> Self {
        Self {
            claim_check: if large { Self::ALL.claim_check } else { None },
            key_wrap: if personal { Self::ALL.key_wrap } else { None },
        }
    }
}

/// What a consumer, an endpoint or a scheduled function declares that it needs.
pub(super) struct Declares<F>(std::marker::PhantomData<F>);

impl<C: Consumer> Declares<C> {
    pub(super) const CONSUMER: Adapters =
        Adapters::of(needs_claim_check::<C>(), Resource::personal_among(C::USES));
}

impl<E: Endpoint> Declares<E> {
    pub(super) const ENDPOINT: Adapters = Adapters::of(false, Resource::personal_among(E::USES));
}

impl<S: Scheduled> Declares<S> {
    pub(super) const SCHEDULED: Adapters = Adapters::of(false, Resource::personal_among(S::USES));
}

fn claim_check(config: &SdkConfig, bucket: String) -> Arc<dyn ClaimCheck> {
    Arc::new(S3ClaimCheck::new(config, bucket))
}

fn key_wrap(config: &SdkConfig, key: String) -> Arc<dyn KeyWrap> {
    Arc::new(KmsKeyWrap::new(config, key))
}
