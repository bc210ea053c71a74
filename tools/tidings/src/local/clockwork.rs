//! What runs by a schedule, in this process.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tidings_aws::{
    Setting,
    service::{Error, RunOnce, ScheduledEntry},
};

/// A function and how often it runs.
pub struct Clockwork {
    name: &'static str,
    every: Duration,
    timeout: Duration,
    function: Arc<dyn RunOnce>,
}

impl Clockwork {
    pub async fn of(function: &ScheduledEntry, setting: &Setting) -> Result<Self, Error> {
        let declared = function.declared();
        Ok(Self {
            name: declared.name,
            every: Duration::from_secs(60 * u64::from(declared.every_minutes)),
            timeout: declared.settings.timeout,
            function: function.scheduled(setting).await?,
        })
    }

    /// Runs until the task is ended; for the first time at once.
    pub fn run(&self) {
        let (name, every, timeout, function) = (self.name, self.every, self.timeout, self.function.clone());
        tokio::spawn(async move {
            loop {
                let deadline = Timestamp::now().saturating_add(timeout).unwrap_or(Timestamp::MAX);
                if let Err(failure) = function.run_once(deadline).await {
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
