//! The clients of AWS that a function links only if it declares that it needs them.
//!
//! S3 and KMS are a third of a function's size. What reaches them is named in the function's own `main`, by what its type declares:
//! everything here that names them is inlined there, and nothing else in this crate does. A binary also carries the unwinding tables of
//! every object file that it looked at, so one mention would be enough.

use std::{marker::PhantomData, sync::Arc};

use aws_types::SdkConfig;
use tidings_core::{
    Consumer,
    catalogue::{Endpoint, Resource, Scheduled},
    consumer::{Declared, needs_claim_check},
    personal::KeyWrap,
    ports::ClaimCheck,
};
use tidings_kms::KmsKeyWrap;
use tidings_s3::S3ClaimCheck;

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
    /// What a consumer of this declaration needs: for a worker, which does not know it when it is compiled, and links both.
    #[inline]
    #[must_use]
    pub fn of_consumer(declared: &Declared) -> Self {
        Self::of(declared.claim_check, Resource::personal_among(declared.uses))
    }

    #[inline]
    const fn of(large: bool, personal: bool) -> Self {
        Self {
            claim_check: if large { Some(claim_check) } else { None },
            key_wrap: if personal { Some(key_wrap) } else { None },
        }
    }
}

/// What a type of consumer, of endpoint or of scheduled function declares that it needs.
pub(crate) struct Declares<F>(PhantomData<F>);

impl<C: Consumer> Declares<C> {
    pub(crate) const CONSUMER: Adapters =
        Adapters::of(needs_claim_check::<C>(), Resource::personal_among(C::USES));
}

impl<E: Endpoint> Declares<E> {
    pub(crate) const ENDPOINT: Adapters = Adapters::of(false, Resource::personal_among(E::USES));
}

impl<S: Scheduled> Declares<S> {
    pub(crate) const SCHEDULED: Adapters = Adapters::of(false, Resource::personal_among(S::USES));
}

/// The store of the claim check in this bucket.
#[inline]
#[must_use]
pub fn claim_check(config: &SdkConfig, bucket: String) -> Arc<dyn ClaimCheck> {
    Arc::new(S3ClaimCheck::new(config, bucket))
}

/// The KMS key of this id, ARN or alias.
#[inline]
#[must_use]
pub fn key_wrap(config: &SdkConfig, key: String) -> Arc<dyn KeyWrap> {
    Arc::new(KmsKeyWrap::new(config, key))
}
