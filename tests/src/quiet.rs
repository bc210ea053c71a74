//! A system in which only some consumers listen. Every event wakes a function for each consumer, and this machine has few processors: a test of
//! three consumers need not wait for the others. Their queues keep what comes.

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{Stack, stack::CONSUMERS};

/// Who else listens: the read model of orders, and the handlers of commands.
const ALSO: [&str; 3] = ["project-orders", "handle-place-order", "handle-quote-shipping"];
/// Mappings that are changed at once.
const AT_ONCE: usize = 8;

impl Stack {
    /// Lets nobody listen to the topic but [`CONSUMERS`], the read model of orders and the handlers of commands.
    ///
    /// # Errors
    /// When Lambda does not list or change what it polls.
    pub async fn quieten(&self) -> anyhow::Result<()> {
        let mappings = self.lambda.list_event_source_mappings().into_paginator().items();
        let mappings = mappings.send().collect::<Result<Vec<_>, _>>().await?;
        let others = mappings.into_iter().filter(|mapping| {
            let from = mapping.event_source_arn().unwrap_or_default();
            let function = mapping.function_arn().unwrap_or_default();
            let name = function.rsplit(':').next().unwrap_or_default();
            from.contains(":sqs:") && !CONSUMERS.contains(&name) && !ALSO.contains(&name)
        });
        let quiet = stream::iter(others).map(async |mapping| {
            let update = self.lambda.update_event_source_mapping();
            let update = update.uuid(mapping.uuid.unwrap_or_default()).enabled(false);
            update.send().await.map(drop)
        });
        quiet.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(())
    }
}
