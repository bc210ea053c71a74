//! One segment of a replay: pages are read, aggregates folded, views written.

use std::{sync::Mutex, time::Duration};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tidings_core::{
    Aggregate as _, Envelope, Failure, Projection, Version, aggregate::HistoryError, projection::Projected,
};
use tokio_util::sync::CancellationToken;

use super::{Checkpoint, Counts, Ended, Replay, ReplayError, SegmentState, Shared};
use crate::{
    event_store::{Scan, Segment, unreadable},
    outbox::{Entry, Place},
    projection::views::Written,
};

/// Views that are written at once.
const AT_ONCE: usize = 16;
/// How often a history with a gap is read, and how long it is left between.
const MOST_READS: u32 = 3;
const BECOMING_VISIBLE: Duration = Duration::from_millis(100);

/// An aggregate whose events are being read.
struct Open<V> {
    /// The last event of it that was read.
    last: Place,
    id: String,
    fold: Fold<V>,
}

enum Fold<V> {
    Whole(Projected<V>),
    /// Its events did not come together, or not from the first on.
    Broken,
    Unreadable(String),
}

/// What a page has brought.
struct Progress<V> {
    /// Aggregates whose events are all read.
    closed: Vec<Open<V>>,
    events: u64,
}

/// What became of an aggregate.
enum Done {
    Written,
    Newer,
    Unreadable(String),
}

impl<P: Projection> Replay<P> {
    pub(super) async fn segment(
        &self,
        number: usize,
        shared: &Mutex<Shared<'_>>,
        stop: &CancellationToken,
    ) -> Result<Ended, ReplayError> {
        let (state, of) = {
            let Checkpoint { segments, .. } = &Shared::lock(shared).checkpoint;
            (segments[number].clone(), segments.len())
        };
        let mut from = match state {
            SegmentState::Begin => None,
            SegmentState::Behind(place) => Some(place),
            SegmentState::Done => return Ok(Ended::Complete),
        };
        let scan = Scan {
            segment: Segment {
                number: u32::try_from(number).unwrap_or(u32::MAX),
                of: u32::try_from(of).unwrap_or(u32::MAX),
            },
            aggregate: Some(P::Of::TYPE),
            page: self.page,
        };
        let mut open: Option<Open<P::View>> = None;
        loop {
            if stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let page = self.events.page(scan, from.as_ref()).await?;
            let mut progress = read::<P>(&mut open, page.entries);
            let ends = |open: &Open<P::View>| {
                page.next
                    .as_ref()
                    .is_none_or(|next| next.aggregate != open.last.aggregate)
            };
            progress.closed.extend(open.take_if(|open| ends(open)));
            // Behind the last aggregate that is closed; where none is open, that is where the page ends.
            let behind = match (&page.next, &open) {
                (None, _) => Some(SegmentState::Done),
                (Some(next), None) => Some(SegmentState::Behind(next.clone())),
                (Some(_), Some(_)) => {
                    let last = progress.closed.last().map(|closed| closed.last.clone());
                    last.map(SegmentState::Behind)
                }
            };
            let (counts, named) = self.finish(progress).await?;
            Shared::reached(shared, number, behind, counts, named)?;
            from = page.next;
            if from.is_none() {
                return Ok(Ended::Complete);
            }
        }
    }

    /// Writes the views of aggregates whose events are all read.
    async fn finish(&self, progress: Progress<P::View>) -> Result<(Counts, Vec<String>), ReplayError> {
        let mut counts = Counts {
            events: progress.events,
            aggregates: progress.closed.len() as u64,
            ..Counts::default()
        };
        let broken = |open: &&Open<P::View>| matches!(open.fold, Fold::Broken);
        counts.read_again = progress.closed.iter().filter(broken).count() as u64;
        let finished = progress.closed.into_iter().map(|open| self.close(open));
        let mut finished = stream::iter(finished).buffer_unordered(AT_ONCE);
        let mut named = Vec::new();
        while let Some(done) = finished.next().await {
            match done? {
                Done::Written => counts.written += 1,
                Done::Newer => counts.newer += 1,
                Done::Unreadable(why) => {
                    counts.unreadable += 1;
                    named.push(why);
                }
            }
        }
        Ok((counts, named))
    }

    async fn close(&self, open: Open<P::View>) -> Result<Done, ReplayError> {
        let projected = match open.fold {
            Fold::Whole(projected) => projected,
            Fold::Unreadable(why) => return Ok(Done::Unreadable(why)),
            Fold::Broken => match self.read_again(&open.id).await {
                Ok(projected) => projected,
                Err(Failure::Permanent { reason, .. }) => return Ok(Done::Unreadable(reason)),
                Err(failure) => return Err(failure.into()),
            },
        };
        if !self.writes {
            return Ok(Done::Written);
        }
        match self.views.renew(&open.id, &projected).await? {
            Written::Yes => Ok(Done::Written),
            Written::No(there) => match there.map(|there| there.held.revision) {
                Some(by) if by > P::REVISION => Err(ReplayError::Outdated {
                    table: self.views.name.clone(),
                    by,
                    revision: P::REVISION,
                }),
                _ => Ok(Done::Newer),
            },
        }
    }

    async fn read_again(&self, id: &str) -> Result<Projected<P::View>, Failure> {
        for read in 1.. {
            let events = self.events.events::<P::Of>(id, 1..=Version::MAX);
            let folded = events.try_fold(Projected::default(), |state, event| async move {
                state.then::<P>(&event).map_err(unreadable)
            });
            match folded.await {
                // A transaction is visible within that time: what the history lacks then will not come.
                Err(failure @ Failure::Transient { class: "Gap", .. }) if read == MOST_READS => {
                    return Err(Failure::permanent(failure.reason().to_owned()).of_class("Gap"));
                }
                Err(Failure::Transient { class: "Gap", .. }) => tokio::time::sleep(BECOMING_VISIBLE).await,
                folded => return folded,
            }
        }
        unreachable!("the last reading returns")
    }
}

/// Folds the events of a page; `open` is the aggregate that the page before it ended in, and is then the one that this page ends in.
fn read<P: Projection>(open: &mut Option<Open<P::View>>, entries: Vec<Entry>) -> Progress<P::View> {
    let mut progress = Progress {
        closed: Vec::new(),
        events: 0,
    };
    for Entry { place, event } in entries {
        progress.events += 1;
        progress
            .closed
            .extend(open.take_if(|open| open.last.aggregate != place.aggregate));
        let id = || {
            place
                .aggregate
                .split_once('#')
                .map_or("", |(_, id)| id)
                .to_owned()
        };
        let before = open.take().unwrap_or_else(|| Open {
            last: place.clone(),
            id: id(),
            fold: Fold::Whole(Projected::default()),
        });
        *open = Some(Open {
            fold: before.fold.then::<P>(&place, event),
            id: before.id,
            last: place,
        });
    }
    progress
}

impl<V> Fold<V> {
    fn then<P: Projection<View = V>>(self, place: &Place, event: Result<Envelope, String>) -> Self {
        let Self::Whole(projected) = self else { return self };
        let named =
            |why: String| Self::Unreadable(format!("{}, event {}: {why}", place.aggregate, place.position));
        match event.map(|event| projected.then::<P>(&event)) {
            Ok(Ok(next)) => Self::Whole(next),
            Ok(Err(HistoryError::Gap { .. })) => Self::Broken,
            Ok(Err(HistoryError::Event(error))) => named(error.to_string()),
            Err(why) => named(why),
        }
    }
}
