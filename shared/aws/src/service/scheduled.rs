//! A function that runs by a schedule.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tidings_core::{Failure, catalogue::DeclaredSchedule};

use super::{
    Adapters, Error, Setting,
    adapters::Declares,
    make::{Make, Then},
    setting::Named,
};
use crate::schedule::RunBySchedule;

/// A function that runs by a schedule: what it declares, and how it is made.
pub struct ScheduledFunction {
    declared: DeclaredSchedule,
    adapters: Adapters,
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

impl ScheduledFunction {
    /// What `make` makes of its setting.
    #[must_use]
    pub fn new<S, M>(make: M) -> Self
    where
        S: RunBySchedule,
        M: AsyncFn(&Setting) -> Result<S, Error> + Send + Sync + 'static,
    {
        let then: fn(S) -> Arc<dyn RunOnce> = |scheduled| Arc::new(scheduled);
        Self {
            declared: DeclaredSchedule::by::<S>(),
            adapters: Declares::<S>::SCHEDULED,
            make: Box::new(Then { make, then }),
        }
    }

    /// What the function declares.
    #[must_use]
    pub fn declared(&self) -> &DeclaredSchedule {
        &self.declared
    }

    pub(crate) fn adapters(&self) -> Adapters {
        self.adapters
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
