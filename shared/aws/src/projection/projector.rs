//! Taking events as they come: duplicates, gaps and disorder included.

use futures::TryStreamExt as _;
use tidings_core::{
    Aggregate as _, Envelope, Failure, Projection, Version,
    catalogue::{Access, EVENTS, Resource},
    projection::{Held, Projected, Step, step},
};

use super::{
    item,
    views::{Consistency, Found, Views, Written},
};
use crate::event_store::{EventStore, unreadable};

/// How often a view is looked at again because another worker has written it meanwhile.
const MOST_TRIES: u32 = 10;

/// Keeps the views of a projection up to date.
///
/// Of an aggregate's events the next one is applied, one that the view shows already changes nothing, and where some are missing before it,
/// they are read from the event store, with all that is behind them. What cannot be read there (an event that did not come out of
/// this store) is waited for: the message comes back. So an event can be late, or come twice, but none is lost by the order of delivery.
///
/// The first event of an aggregate costs one DynamoDB call, a later one two, one that is behind a gap three and a page more.
#[derive(Clone)]
pub struct Projector<P> {
    views: Views<P>,
    events: EventStore,
}

impl<P: Projection> Projector<P> {
    /// What a consumer that keeps the views uses (`Consumer::USES`).
    pub const USES: &'static [Resource] = &[
        Resource::Table(P::TABLE, Access::ReadWrite),
        Resource::Table(&EVENTS, Access::Read),
    ];

    /// Keeps these views, out of this store.
    #[must_use]
    pub fn new(views: Views<P>, events: EventStore) -> Self {
        Self { views, events }
    }

    /// Takes an event: afterwards the view shows it.
    ///
    /// # Errors
    /// Transient when a table does not answer, when events before it are not in the store, and when newer code has changed the form of the
    /// view. Permanent when the event, or one before it, cannot be read.
    pub async fn take(&self, event: &Envelope) -> Result<(), Failure> {
        let (id, version) = place::<P>(event)?;
        // Most often nothing is there before the first event, and the write tells if something is.
        let mut found = match version {
            1 => None,
            _ => self.views.find(id, Consistency::Strong).await?,
        };
        for _ in 0..MOST_TRIES {
            let held = found.as_ref().map(|found| found.held);
            let next = match step(held, P::REVISION, version) {
                Step::Superseded => return Ok(()),
                Step::Outdated { by } => return Err(outdated::<P>(by)),
                Step::Next => known::<P>(found)?.then::<P>(event).map_err(unreadable)?,
                Step::From(_) => self.catch_up(id, known::<P>(found)?, event).await?,
                Step::Anew => self.anew(id, held, event).await?,
            };
            found = match self.views.replace(id, &next, held).await? {
                Written::Yes => return Ok(()),
                Written::No(found) => found,
            };
        }
        Err(Failure::transient(format!("the view of {id} changes all the time")).of_class("Contended"))
    }

    /// The view with everything that the store has, and with `event`.
    async fn catch_up(
        &self,
        id: &str,
        known: Projected<P::View>,
        event: &Envelope,
    ) -> Result<Projected<P::View>, Failure> {
        let missing = self.events.events::<P::Of>(id, known.version + 1..=Version::MAX);
        let state = missing
            .try_fold(known, |state, event| async move {
                state.then::<P>(&event).map_err(unreadable)
            })
            .await?;
        match event.aggregateversion {
            Some(version) if version <= state.version => Ok(state),
            Some(version) if version == state.version + 1 => state.then::<P>(event).map_err(unreadable),
            _ => Err(gap(id, state.version)),
        }
    }

    /// A view of the present form in place of one of an older form.
    async fn anew(
        &self,
        id: &str,
        held: Option<Held>,
        event: &Envelope,
    ) -> Result<Projected<P::View>, Failure> {
        let state = self.catch_up(id, Projected::default(), event).await?;
        match held {
            // The store does not have what the old view shows.
            Some(held) if state.version < held.version => Err(gap(id, state.version)),
            _ => Ok(state),
        }
    }
}

/// Which aggregate the event is about, and which number it has.
fn place<P: Projection>(event: &Envelope) -> Result<(&str, Version), Failure> {
    let lacks = |what: &str| {
        let reason = format!("the event has no {what}, so it has no place in a view");
        Failure::permanent(reason).of_class("NoPlace")
    };
    let aggregate = event.aggregatetype.as_deref();
    if aggregate.is_some_and(|aggregate| aggregate != P::Of::TYPE) {
        return Err(lacks(&format!("aggregatetype `{}`", P::Of::TYPE)));
    }
    let id = event.subject.as_deref().filter(|id| !id.is_empty());
    let version = event.aggregateversion.filter(|version| *version > 0);
    Ok((
        id.ok_or_else(|| lacks("subject"))?,
        version.ok_or_else(|| lacks("aggregateversion"))?,
    ))
}

fn known<P: Projection>(found: Option<Found>) -> Result<Projected<P::View>, Failure> {
    match found {
        Some(Found { held, item }) => item::view(item, held.version),
        None => Ok(Projected::default()),
    }
}

fn gap(id: &str, version: Version) -> Failure {
    let reason = format!("the events of {id} behind number {version} are not in the event store yet");
    Failure::transient(reason).of_class("Gap")
}

fn outdated<P: Projection>(by: u32) -> Failure {
    let reason = format!(
        "the view has revision {by}, and this code makes revision {}; newer code must take the event",
        P::REVISION
    );
    Failure::transient(reason).of_class("Outdated")
}
