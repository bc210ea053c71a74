//! What has been published and is still kept.

use tidings_core::{Envelope, Failure};

use super::{Outbox, Place, entry::event};

impl Outbox {
    /// The events that have been published and are still kept, each aggregate's in order. This scans the table: it is for a transport
    /// that forgets what it has taken when its process ends, and not for an account.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn published(&self) -> Result<Vec<Envelope>, Failure> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(&self.name)
            .consistent_read(true)
            .filter_expression("attribute_exists(published_at)")
            .into_paginator()
            .items();
        let items = scan.send().collect::<Result<Vec<_>, _>>().await?;
        let mut entries: Vec<_> = items
            .iter()
            .filter_map(|item| {
                let unreadable =
                    |reason: &String| tracing::error!(reason, "an entry of the outbox cannot be read");
                Some((Place::of(item)?, event(item).inspect_err(unreadable).ok()?))
            })
            .collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(entries.into_iter().map(|(_, event)| event).collect())
    }
}
