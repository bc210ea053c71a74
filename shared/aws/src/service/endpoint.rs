//! A publisher or a query as a function.

use std::{marker::PhantomData, sync::Arc};

use tidings_core::catalogue::{DeclaredEndpoint, Endpoint};

use super::{
    Error, Setting,
    make::{Make, Then},
    setting::Named,
};
use crate::http::{Answering, Serve};

/// A publisher or a query as a function: what it declares, and how it is made.
pub struct EndpointFunction<E> {
    pub(super) erased: ErasedEndpoint,
    endpoint: PhantomData<fn() -> E>,
}

/// The same, without its type.
pub struct ErasedEndpoint {
    /// What the endpoint declares.
    pub declared: DeclaredEndpoint,
    make: Box<dyn Make<Arc<dyn Answering>>>,
}

impl<E: Serve> EndpointFunction<E> {
    /// The endpoint that `make` makes of its setting.
    #[must_use]
    pub fn new<M>(make: M) -> Self
    where
        M: AsyncFn(&Setting) -> Result<E, Error> + Send + Sync + 'static,
    {
        let then: fn(E) -> Arc<dyn Answering> = |endpoint| Arc::new(endpoint);
        Self {
            erased: ErasedEndpoint {
                declared: DeclaredEndpoint::by::<E>(),
                make: Box::new(Then { make, then }),
            },
            endpoint: PhantomData,
        }
    }
}

impl<E: Endpoint> EndpointFunction<E> {
    /// The same, without its type.
    #[must_use]
    pub fn erased(self) -> ErasedEndpoint {
        self.erased
    }
}

impl ErasedEndpoint {
    /// Makes the endpoint.
    ///
    /// # Errors
    /// When the setting lacks something, or says something that is wrong.
    pub async fn endpoint(&self, setting: &Setting) -> Result<Arc<dyn Answering>, Error> {
        let DeclaredEndpoint {
            service, name, uses, ..
        } = self.declared;
        let setting = setting.for_function(Named { service, name, uses });
        self.make.make(&setting).await
    }
}
