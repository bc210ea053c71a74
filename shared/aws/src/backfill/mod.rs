//! Backfill: stored events, given to one consumer through its own queue.
//!
//! A consumer that is new has not seen what happened before it. A backfill reads the event store and sends to that consumer's queue, and to no
//! other, what its subscription would have let through; the envelopes are the stored ones, so an event that the consumer has done already
//! is recognised by its record. It is limited in its rate, because the consumer has its daily work to do as well.

mod pace;
mod queue;

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_core::{Envelope, Failure, Takes, ports::Publish};
use tokio_util::sync::CancellationToken;

use crate::{
    event_store::{EventStore, Scan, Segment},
    outbox::{Entry, Place},
    projection::Ended,
};

pub use pace::Pace;
pub use queue::ConsumerQueue;

/// What of the history is sent.
#[derive(Debug, Clone)]
pub struct Selection {
    /// What the consumer's subscription lets through.
    pub takes: Takes,
    /// Of these types alone, where any is named.
    pub types: Vec<String>,
    /// What happened then or later.
    pub since: Option<Timestamp>,
    /// What happened before.
    pub until: Option<Timestamp>,
}

impl Selection {
    /// Whether an event is one of them. One without a time is in no period.
    #[must_use]
    pub fn has(&self, event: &Envelope) -> bool {
        let Self {
            takes,
            types,
            since,
            until,
        } = self;
        let named = types.is_empty() || types.contains(&event.event_type);
        let after = since.is_none_or(|since| event.time.is_some_and(|time| time >= since));
        let before = until.is_none_or(|until| event.time.is_some_and(|time| time < until));
        takes.matches(&event.event_type) && named && after && before
    }
}

/// How far a backfill has come, to show it and to go on from it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// The event behind which the next run begins; none is the beginning.
    pub behind: Option<Place>,
    /// Events that were read.
    pub read: u64,
    /// Events that were sent; in a dry run, that would be.
    pub sent: u64,
    /// Stored items that hold no event that can be read. They are passed over.
    pub unreadable: u64,
}

/// A backfill of one consumer.
pub struct Backfill {
    /// Where the history is.
    pub events: EventStore,
    /// What of it.
    pub selection: Selection,
    /// The consumer's queue; none for a dry run.
    pub queue: Option<Arc<dyn Publish>>,
    /// How fast.
    pub pace: Pace,
}

/// Is handed how far a backfill has come, to keep it and to show it.
pub type Watch<'a> = dyn FnMut(&Sent) -> std::io::Result<()> + Send + 'a;

/// How often what the queue did not take is sent again.
const MOST_TRIES: u32 = 3;

impl Backfill {
    /// Sends from where `sent` ends to the end of the store, or until `stop` is cancelled.
    ///
    /// A run that goes on from an earlier one may send a few events twice; the consumer's records know them.
    ///
    /// # Errors
    /// When the store does not answer, the queue does not take an event, or `watch` cannot keep how far it has come: what that said last holds.
    pub async fn run(
        &mut self,
        mut sent: Sent,
        watch: &mut Watch<'_>,
        stop: &CancellationToken,
    ) -> Result<Ended, Failure> {
        let scan = Scan {
            segment: Segment::WHOLE,
            aggregate: None,
            page: None,
        };
        loop {
            let page = self.events.page(scan, sent.behind.as_ref()).await?;
            for entries in page.entries.chunks(self.pace.at_once()) {
                if stop.is_cancelled() {
                    return Ok(Ended::Stopped);
                }
                self.send(entries, &mut sent).await?;
                watch(&sent)?;
            }
            if page.next.is_none() {
                return Ok(Ended::Complete);
            }
            sent.behind = page.next;
            watch(&sent)?;
        }
    }

    /// Sends what is selected of consecutive entries.
    async fn send(&mut self, entries: &[Entry], sent: &mut Sent) -> Result<(), Failure> {
        let mut chosen = Vec::with_capacity(entries.len());
        let mut unreadable = 0;
        for entry in entries {
            match &entry.event {
                Ok(event) if self.selection.has(event) => chosen.push(event.clone()),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        if let (Some(queue), false) = (&self.queue, chosen.is_empty()) {
            self.pace.wait(chosen.len()).await;
            deliver(queue.as_ref(), &chosen, MOST_TRIES).await?;
        }
        sent.read += entries.len() as u64;
        sent.sent += chosen.len() as u64;
        sent.unreadable += unreadable;
        sent.behind = entries.last().map(|entry| entry.place.clone());
        Ok(())
    }
}

/// Hands all events over; what the queue does not take is tried again.
fn deliver<'a>(
    queue: &'a dyn Publish,
    events: &'a [Envelope],
    tries: u32,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move {
        let results = queue.publish(events).await;
        let mut left = Vec::new();
        let mut why = None;
        for (event, result) in events.iter().zip(results) {
            if let Err(error) = result {
                left.push(event.clone());
                why = Some(error);
            }
        }
        match why {
            None => Ok(()),
            Some(error) if tries <= 1 => Err(error.into()),
            Some(_) => deliver(queue, &left, tries - 1).await,
        }
    })
}
