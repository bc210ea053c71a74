//! What runs by a schedule, in this process.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    registry::{RunOnce, ScheduledEntry},
    world::World,
};

/// A function and how often it runs.
pub struct Clockwork {
    name: &'static str,
    every: Duration,
    timeout: Duration,
    function: Arc<dyn RunOnce>,
}

impl Clockwork {
    pub fn of(entry: &ScheduledEntry, world: &World) -> Self {
        Self {
            name: entry.name,
            every: entry.every,
            timeout: entry.timeout,
            function: (entry.make)(world),
        }
    }

    /// Runs until the task is ended; for the first time at once.
    pub fn run(&self) {
        let (name, every, timeout, function) = (self.name, self.every, self.timeout, self.function.clone());
        tokio::spawn(async move {
            loop {
                let deadline = Timestamp::now().saturating_add(timeout).unwrap_or(Timestamp::MAX);
                if let Err(failure) = function.run(deadline).await {
                    tracing::error!(
                        function = name,
                        reason = failure.reason(),
                        "left something behind"
                    );
                }
                tokio::time::sleep(every).await;
            }
        });
    }
}
