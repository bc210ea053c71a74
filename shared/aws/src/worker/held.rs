//! The messages that are being worked on stay hidden, for as long as their batch may take and no longer.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::ChangeMessageVisibilityBatchRequestEntry};
use tidings_core::{
    Failure,
    ports::{Postpone, TransportError},
};
use tokio::{
    sync::Mutex as AsyncMutex,
    time::{Instant, sleep},
};

use super::source::{MOST_MESSAGES, seconds};
use crate::queue::Queue;

/// The messages of a queue that are being worked on, by receipt handle.
///
/// Renewing and postponing change the same thing, a message's visibility, and the later request wins. So a message that
/// the runtime postpones is let go of first, and a renewal under way is waited for: none of it comes after.
#[derive(Debug)]
pub(super) struct Held {
    sqs: Client,
    url: String,
    /// How long a receive, and a renewal, hides a message.
    hidden: Duration,
    /// Until when each is held.
    until: Mutex<HashMap<String, Instant>>,
    /// Taken while a renewal is under way.
    renewing: AsyncMutex<()>,
}

/// Messages that are held until this value is dropped, at the latest.
pub(super) struct Holding<'a> {
    held: &'a Held,
    receipts: Vec<String>,
}

impl Held {
    pub(super) fn new(sqs: Client, url: String, hidden: Duration) -> Self {
        Self {
            sqs,
            url,
            hidden,
            until: Mutex::default(),
            renewing: AsyncMutex::default(),
        }
    }

    /// Keeps these messages hidden for `time`.
    pub(super) fn hold(&self, receipts: Vec<String>, time: Duration) -> Holding<'_> {
        let until = Instant::now() + time;
        self.held()
            .extend(receipts.iter().map(|receipt| (receipt.clone(), until)));
        Holding { held: self, receipts }
    }

    /// Renews what is held, for ever: three times as often as needed, so that two renewals in a row may fail.
    pub(super) async fn renew(&self) {
        loop {
            sleep(self.hidden / 3).await;
            let _renewing = self.renewing.lock().await;
            let now = Instant::now();
            let held = self.held().clone().into_iter();
            let receipts: Vec<_> = held
                .filter(|(_, until)| *until > now)
                .map(|(receipt, _)| receipt)
                .collect();
            for receipts in receipts.chunks(MOST_MESSAGES as usize) {
                self.hide(receipts, self.hidden).await;
            }
        }
    }

    /// Hides these messages, ten at most, for `time` from now; what could not be is logged, and comes back earlier or later.
    pub(super) async fn hide(&self, receipts: &[String], time: Duration) {
        let entries = receipts.iter().enumerate().map(|(index, receipt)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
            let entry = entry.receipt_handle(receipt).visibility_timeout(seconds(time));
            entry.build().expect("id and receipt are set")
        });
        let change = self.sqs.change_message_visibility_batch().queue_url(&self.url);
        match change.set_entries(Some(entries.collect())).send().await {
            Ok(answer) => {
                for failed in answer.failed() {
                    // It may have been deleted in the meantime.
                    let (code, message) = (failed.code(), failed.message().unwrap_or_default());
                    tracing::debug!(code, message, "a message's visibility was not changed");
                }
            }
            Err(error) => {
                let failure = Failure::from(error);
                tracing::warn!(
                    reason = failure.reason(),
                    "the visibility of messages was not changed"
                );
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Postpone for Held {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        self.held().remove(receipt_handle);
        drop(self.renewing.lock().await);
        let queue = Queue::new(self.sqs.clone(), &self.url);
        queue.postpone(receipt_handle, delay).await
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        let mut held = self.held.held();
        for receipt in &self.receipts {
            held.remove(receipt);
        }
    }
}
