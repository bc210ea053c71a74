//! A function that runs by a schedule.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use tidings_core::{Failure, catalogue::DeclaredSchedule};

use super::{
    Error, Setting,
    make::{Make, Then},
    setting::Named,
};
use crate::schedule::RunBySchedule;

/// A function that runs by a schedule.
pub struct ScheduledFunction<S> {
    entry: ScheduledEntry,
    scheduled: PhantomData<fn() -> S>,
}

/// The same, without its type: what it declares, and how it is made.
pub struct ScheduledEntry {
    declared: DeclaredSchedule,
    make: Box<dyn Make<Arc<dyn RunOnce>>>,
}

/// What runs by a schedule, without its type.
#[async_trait]
pub trait RunOnce: Send + Sync {
    /// Runs once, and begins nothing that it may not end before `deadline`.
    ///
    /// # Errors
    /// When something had to be left behind, or could not be looked at: the next run tries again.
    async fn run_once(&self, deadline: Timestamp) -> Result<(), Failure>;
}

#[async_trait]
impl<S: RunBySchedule> RunOnce for S {
    async fn run_once(&self, deadline: Timestamp) -> Result<(), Failure> {
        self.run(deadline).await
    }
}

impl<S: RunBySchedule> ScheduledFunction<S> {
    /// What `make` makes of its setting.
    #[must_use]
    pub fn new<M>(make: M) -> Self
    where
        M: AsyncFn(&Setting) -> Result<S, Error> + Send + Sync + 'static,
    {
        let then: fn(S) -> Arc<dyn RunOnce> = |scheduled| Arc::new(scheduled);
        Self {
            entry: ScheduledEntry {
                declared: DeclaredSchedule::by::<S>(),
                make: Box::new(Then { make, then }),
            },
            scheduled: PhantomData,
        }
    }

    /// The same, without its type.
    #[must_use]
    pub fn erased(self) -> ScheduledEntry {
        self.entry
    }
}

impl ScheduledEntry {
    /// What the function declares.
    #[must_use]
    pub fn declared(&self) -> &DeclaredSchedule {
        &self.declared
    }

    /// Makes it.
    ///
    /// # Errors
    /// When the setting lacks something, or says something that is wrong.
    pub async fn scheduled(&self, setting: &Setting) -> Result<Arc<dyn RunOnce>, Error> {
        let DeclaredSchedule {
            service, name, uses, ..
        } = self.declared;
        let setting = setting.for_function(Named { service, name, uses });
        self.make.make(&setting).await
    }
}
