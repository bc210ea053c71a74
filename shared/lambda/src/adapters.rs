//! The clients of AWS that a function links only if it declares that it needs them.
//!
//! S3 and KMS are a third of a function's size. What reaches them is named in the function's own `main`, by what its type declares:
//! everything here is inlined there. Neither the runtime (`tidings-aws`) nor a service depends on their clients, because a binary carries the
//! unwinding tables of every object file that it looked at: one mention, or one instance of a generic function that they share, is enough.

use std::{marker::PhantomData, sync::Arc};

use aws_types::SdkConfig;
use tidings_aws::service::Adapters;
use tidings_core::{
    Consumer,
    catalogue::{Endpoint, Resource, Scheduled},
    consumer::{Declared, needs_claim_check},
    personal::KeyWrap,
    ports::ClaimCheck,
};
use tidings_kms::KmsKeyWrap;
use tidings_s3::S3ClaimCheck;

/// What a consumer of this declaration needs: for a worker, which does not know it when it is compiled, and links both.
#[inline]
#[must_use]
pub fn of_consumer(declared: &Declared) -> Adapters {
    of(declared.claim_check, Resource::personal_among(declared.uses))
}

#[inline]
const fn of(large: bool, personal: bool) -> Adapters {
    Adapters {
        claim_check: if large { Some(claim_check) } else { None },
        key_wrap: if personal { Some(key_wrap) } else { None },
    }
}

/// What a type of consumer, of endpoint or of scheduled function declares that it needs.
pub(crate) struct Declares<F>(PhantomData<F>);

impl<C: Consumer> Declares<C> {
    pub(crate) const CONSUMER: Adapters = of(needs_claim_check::<C>(), Resource::personal_among(C::USES));
}

impl<E: Endpoint> Declares<E> {
    pub(crate) const ENDPOINT: Adapters = of(false, Resource::personal_among(E::USES));
}

impl<S: Scheduled> Declares<S> {
    pub(crate) const SCHEDULED: Adapters = of(false, Resource::personal_among(S::USES));
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
