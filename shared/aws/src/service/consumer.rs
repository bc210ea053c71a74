//! A consumer as a function.

use tidings_core::{Consumer, consumer::Declared};

use super::{
    Adapters, Error, Setting,
    adapters::Declares,
    make::{Make, Then},
    setting::Named,
};
use crate::{
    TableNames,
    runtime::{Handler, Run},
};

/// A consumer, or the handler of a command, as a function: what it declares, and how it is made.
pub struct ConsumerFunction {
    declared: Declared,
    adapters: Adapters,
    tables: Option<TableNames>,
    make: Box<dyn Make<Handler>>,
}

impl ConsumerFunction {
    /// The consumer that `make` makes of its setting.
    #[must_use]
    pub fn new<C, M>(make: M) -> Self
    where
        C: Consumer,
        C::Guarantee: Run<C>,
        M: AsyncFn(&Setting) -> Result<C, Error> + Send + Sync + 'static,
    {
        Self {
            declared: Declared::by::<C>().with_repeat(<C::Guarantee as Run<C>>::REPEAT),
            adapters: Declares::<C>::CONSUMER,
            tables: None,
            make: Box::new(Then {
                make,
                then: Handler::of::<C>,
            }),
        }
    }

    /// On tables that are named by other means than `TABLE_<NAME>`: for a function that joins an infrastructure of its own.
    #[must_use]
    pub fn on(self, tables: TableNames) -> Self {
        Self {
            tables: Some(tables),
            ..self
        }
    }

    /// What the consumer declares.
    #[must_use]
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The clients that its function links.
    #[must_use]
    pub fn adapters(&self) -> Adapters {
        self.adapters
    }

    pub(crate) fn tables(&self) -> Option<TableNames> {
        self.tables.clone()
    }

    /// Makes the consumer.
    ///
    /// # Errors
    /// When the setting lacks something, or says something that is wrong.
    pub async fn handler(&self, setting: &Setting) -> Result<Handler, Error> {
        let Declared {
            service, name, uses, ..
        } = self.declared;
        let setting = setting.for_function(Named { service, name, uses });
        self.make.make(&setting).await
    }
}
