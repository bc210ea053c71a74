//! Projections: read models that are made of an aggregate's events, and of nothing else.
//!
//! A projection is a pure function from the view so far and the next event to the next view. What it lacks is what makes a replay safe:
//! it can send nothing, read no clock and ask nobody. Which event is next, what is missing in between and what has been overtaken is
//! decided here as well ([`step`]), on numbers alone; the runner around it reads and writes.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Aggregate, Envelope, Incoming as _, Version, aggregate::HistoryError, catalogue::Table};

/// A read model with one view for each aggregate of a type, in a table of its own.
pub trait Projection: Send + Sync + 'static {
    /// What it shows, as it is called where it is rebuilt (`orders`).
    const NAME: &'static str;
    /// Where its views are: an item an aggregate, whose partition key is the aggregate's id; without a sort key.
    const TABLE: &'static Table;
    /// The form of its views, from 1. Raise it whenever [`apply`](Self::apply) makes something else of the same events: views of an older
    /// revision are then made anew, each when its next event comes, and all of them by a replay.
    const REVISION: u32 = 1;
    /// The aggregate whose events it shows.
    type Of: Aggregate;
    /// What it shows of one aggregate. It is kept as the attributes of an item, beside `projected_version` and `projected_revision`; its
    /// attributes that are keys of an index must be there whenever the view is to be found by it.
    type View: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The view after the next event. None is an aggregate of which there is nothing to show: before its first event, or for good.
    #[must_use]
    fn apply(
        view: Option<Self::View>,
        event: <Self::Of as Aggregate>::Event,
        envelope: &Envelope,
    ) -> Option<Self::View>;
}

/// A view, and how many events of the aggregate's history it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Projected<V> {
    /// The view; none where there is nothing to show.
    pub view: Option<V>,
    /// The version of the aggregate that it shows; 0 is before the first event.
    pub version: Version,
}

impl<V> Default for Projected<V> {
    fn default() -> Self {
        Self {
            view: None,
            version: 0,
        }
    }
}

impl<V> Projected<V> {
    /// The view after the next event of the history.
    ///
    /// # Errors
    /// When it is not the next, or is no event of this aggregate; the view is lost then.
    pub fn then<P: Projection<View = V>>(self, event: &Envelope) -> Result<Self, HistoryError> {
        let (expected, found) = (self.version + 1, event.aggregateversion.unwrap_or_default());
        if found != expected {
            return Err(HistoryError::Gap {
                subject: event.subject.clone().unwrap_or_default(),
                expected,
                found,
            });
        }
        let decoded = <P::Of as Aggregate>::Event::decode(event)?;
        Ok(Self {
            view: P::apply(self.view, decoded, event),
            version: found,
        })
    }
}

/// What is kept of a view: of which form it is, and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The [`Projection::REVISION`] that made it.
    pub revision: u32,
    /// The version of the aggregate that it shows.
    pub version: Version,
}

/// What an event means for a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The view shows it already.
    Superseded,
    /// It is the next.
    Next,
    /// Events are missing before it, from this version on.
    From(Version),
    /// The view has an older form, and is to be made anew of the whole history, whatever the event's number is: the events that it shows
    /// do not come again.
    Anew,
    /// Code of this newer revision has been at work. Older code must not touch what it made.
    Outdated {
        /// The revision of the view.
        by: u32,
    },
}

/// What event number `version` means for a view, to code of this `revision`; `held` is none where there is no view.
#[must_use]
pub fn step(held: Option<Held>, revision: u32, version: Version) -> Step {
    let shown = match held {
        Some(held) if held.revision > revision => return Step::Outdated { by: held.revision },
        Some(held) if held.revision < revision => return Step::Anew,
        Some(held) => held.version,
        None => 0,
    };
    match version {
        version if version <= shown => Step::Superseded,
        version if version == shown + 1 => Step::Next,
        _ => Step::From(shown + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(revision: u32, version: Version) -> Option<Held> {
        Some(Held { revision, version })
    }

    #[test]
    fn an_event_is_next_superseded_or_ahead_by_its_version() {
        assert_eq!(step(None, 1, 1), Step::Next);
        assert_eq!(step(None, 1, 3), Step::From(1));
        assert_eq!(step(held(1, 2), 1, 1), Step::Superseded);
        assert_eq!(step(held(1, 2), 1, 2), Step::Superseded);
        assert_eq!(step(held(1, 2), 1, 3), Step::Next);
        assert_eq!(step(held(1, 2), 1, 5), Step::From(3));
    }

    #[test]
    fn a_view_of_an_older_form_is_made_anew_and_one_of_a_newer_form_is_left_alone() {
        for version in [1, 7, 8, 9] {
            assert_eq!(step(held(1, 7), 2, version), Step::Anew);
            assert_eq!(step(held(3, 7), 2, version), Step::Outdated { by: 3 });
        }
    }
}
