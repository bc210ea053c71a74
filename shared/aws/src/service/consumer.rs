//! A consumer as a function.

use std::marker::PhantomData;

use tidings_core::{Consumer, consumer::Declared};

use super::{
    Error, Setting,
    make::{Make, Then},
    setting::Named,
};
use crate::{
    TableNames,
    runtime::{Handler, Run},
};

/// A consumer, or the handler of a command, as a function.
pub struct ConsumerFunction<C> {
    entry: ConsumerEntry,
    consumer: PhantomData<fn() -> C>,
}

/// The same, without its type: what it declares, and how it is made.
pub struct ConsumerEntry {
    declared: Declared,
    tables: Option<TableNames>,
    make: Box<dyn Make<Handler>>,
}

impl<C: Consumer> ConsumerFunction<C> {
    /// The consumer that `make` makes of its setting.
    #[must_use]
    pub fn new<M>(make: M) -> Self
    where
        C::Guarantee: Run<C>,
        M: AsyncFn(&Setting) -> Result<C, Error> + Send + Sync + 'static,
    {
        Self {
            entry: ConsumerEntry {
                declared: Declared::by::<C>().with_repeat(<C::Guarantee as Run<C>>::REPEAT),
                tables: None,
                make: Box::new(Then {
                    make,
                    then: Handler::of::<C>,
                }),
            },
            consumer: PhantomData,
        }
    }

    /// On tables that are named by other means than `TABLE_<NAME>`: for a function that joins an infrastructure of its own.
    #[must_use]
    pub fn on(mut self, tables: TableNames) -> Self {
        self.entry.tables = Some(tables);
        self
    }

    /// The same, without its type.
    #[must_use]
    pub fn erased(self) -> ConsumerEntry {
        self.entry
    }
}

impl ConsumerEntry {
    /// What the consumer declares.
    #[must_use]
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// Tables that are named by other means than `TABLE_<NAME>`.
    #[must_use]
    pub fn tables(&self) -> Option<TableNames> {
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
