//! Making a function of its setting, without its type.

use futures::future::LocalBoxFuture;

use super::{Error, Setting};

/// Makes a `T`.
pub(super) trait Make<T>: Send + Sync {
    fn make<'a>(&'a self, setting: &'a Setting) -> LocalBoxFuture<'a, Result<T, Error>>;
}

/// Makes a `T` of what `make` makes: the one place where that is still known by its type.
pub(super) struct Then<M, A, T> {
    pub(super) make: M,
    pub(super) then: fn(A) -> T,
}

impl<M, A, T> Make<T> for Then<M, A, T>
where
    M: AsyncFn(&Setting) -> Result<A, Error> + Send + Sync,
{
    fn make<'a>(&'a self, setting: &'a Setting) -> LocalBoxFuture<'a, Result<T, Error>> {
        Box::pin(async move { Ok((self.then)((self.make)(setting).await?)) })
    }
}
