//! Aggregates: state that is made of its own events, and of nothing else.
//!
//! `decide` says what a command means in the present state, `evolve` what an event makes of it. Both are pure, so a test needs the
//! history, the command and the answer, and a replay has no side effects.

use std::error::Error;

use serde::{Serialize, de::DeserializeOwned};

use crate::{DecodeError, Envelope, Fact, Incoming};

/// A thing with a history. Its [`Default`] is what it is before its first event.
pub trait Aggregate: Default + Send + Sync + 'static {
    /// The type of aggregate, as its events name it (`account`).
    const TYPE: &'static str;
    /// Its events: one [`Event`](crate::Event), or an enum made by [`events!`](crate::events).
    type Event: Incoming + Fact;
    /// What can be asked of it.
    type Command;
    /// Why a command was refused.
    type Refusal: Error + Send + Sync + 'static;
    /// How its state is kept now and then, so that a long history need not be read from its beginning. Without it, it always is.
    const SNAPSHOT: Option<Snapshot<Self>> = None;

    /// What a command means in this state: the events that are true from now on. No event says that there is nothing to do.
    ///
    /// # Errors
    /// When the rules of the aggregate refuse it; nothing is true then that was not before.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// What an event that is true makes of the state. It cannot fail: what was decided has happened.
    #[must_use]
    fn evolve(self, event: Self::Event) -> Self;
}

/// How many events an aggregate's history has; 0 is before the first.
pub type Version = u32;

/// An aggregate as of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Versioned<A> {
    /// The state.
    pub state: A,
    /// How many events made it.
    pub version: Version,
}

/// How snapshots of an aggregate are written and read: as JSON, of a schema with a number.
///
/// A snapshot is a cache of what `evolve` makes of the events. It is read only by code with the same number, so raise it whenever the
/// state's fields change, or what `evolve` makes of an event does; what was kept before is not read any more.
#[derive(Debug)]
pub struct Snapshot<A> {
    /// The schema's number.
    pub schema: u16,
    write: fn(&A) -> Result<String, serde_json::Error>,
    read: fn(&str) -> Result<A, serde_json::Error>,
}

impl<A: Serialize + DeserializeOwned> Snapshot<A> {
    /// As serde writes and reads the state.
    #[must_use]
    pub const fn of_schema(schema: u16) -> Self {
        Self {
            schema,
            write: |state| serde_json::to_string(state),
            read: |text| serde_json::from_str(text),
        }
    }
}

impl<A> Snapshot<A> {
    /// The state as JSON.
    ///
    /// # Errors
    /// When it does not serialise, which is a bug of its type.
    pub fn write(&self, state: &A) -> Result<String, serde_json::Error> {
        (self.write)(state)
    }

    /// The state out of JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(&self, text: &str) -> Result<A, serde_json::Error> {
        (self.read)(text)
    }
}

/// A history that is none.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// An event is missing, or comes twice.
    #[error("the history of {subject} has event {found} where event {expected} belongs")]
    Gap {
        /// The aggregate's id.
        subject: String,
        /// The version that was to come.
        expected: Version,
        /// The version that came.
        found: Version,
    },
    /// An event cannot be read.
    #[error(transparent)]
    Event(#[from] DecodeError),
}

impl<A: Aggregate> Versioned<A> {
    /// The state after the next event of the history. Older versions of an event are upcast on the way.
    ///
    /// # Errors
    /// When it is not the next, or is no event of this aggregate.
    pub fn then(self, event: &Envelope) -> Result<Self, HistoryError> {
        let (expected, found) = (self.version + 1, event.aggregateversion.unwrap_or_default());
        if found != expected {
            return Err(HistoryError::Gap {
                subject: event.subject.clone().unwrap_or_default(),
                expected,
                found,
            });
        }
        Ok(self.and(A::Event::decode(event)?))
    }

    /// The state after this event.
    #[must_use]
    pub fn and(self, event: A::Event) -> Self {
        Self {
            state: self.state.evolve(event),
            version: self.version + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    use super::*;
    use crate::{
        Actor, Event,
        causation::{Origin, originate},
    };

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct DoorOpened {
        door: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct DoorShut {
        door: String,
    }

    impl Event for DoorOpened {
        const TYPE: &'static str = "door.opened";
        const AGGREGATE: &'static str = "door";
        fn aggregate_id(&self) -> &str {
            &self.door
        }
    }

    impl Event for DoorShut {
        const TYPE: &'static str = "door.shut";
        const AGGREGATE: &'static str = "door";
        fn aggregate_id(&self) -> &str {
            &self.door
        }
    }

    crate::events! {
        enum DoorEvent { DoorOpened, DoorShut }
    }

    #[derive(Debug, Default, PartialEq)]
    struct Door {
        open: bool,
    }

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("it is open")]
    struct AlreadyOpen;

    impl Aggregate for Door {
        const TYPE: &'static str = "door";
        type Event = DoorEvent;
        type Command = ();
        type Refusal = AlreadyOpen;

        fn decide(&self, (): &()) -> Result<Vec<DoorEvent>, AlreadyOpen> {
            match self.open {
                true => Err(AlreadyOpen),
                false => Ok(vec![DoorOpened { door: "a".into() }.into()]),
            }
        }

        fn evolve(self, event: DoorEvent) -> Self {
            Self {
                open: matches!(event, DoorEvent::DoorOpened(_)),
            }
        }
    }

    fn sealed(fact: &impl Fact, version: u32) -> Envelope {
        let origin = Origin {
            source: "/doors".into(),
            id: Uuid::from_u128(version.into()),
            time: Timestamp::UNIX_EPOCH,
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        originate(fact.outgoing(version).unwrap(), origin)
    }

    #[test]
    fn a_state_is_what_its_events_make_of_nothing() {
        let opened = Versioned::<Door>::default().state.decide(&()).unwrap().remove(0);
        let door = Versioned::<Door>::default().then(&sealed(&opened, 1)).unwrap();
        assert_eq!((door.state.open, door.version), (true, 1));
        assert_eq!(door.state.decide(&()).unwrap_err(), AlreadyOpen);
        let door = door.then(&sealed(&DoorShut { door: "a".into() }, 2)).unwrap();
        assert_eq!((door.state.open, door.version), (false, 2));
    }

    #[test]
    fn a_gap_a_repetition_and_a_strange_event_are_no_history() {
        let opened = DoorOpened { door: "a".into() };
        for wrong in [0, 2] {
            let error = Versioned::<Door>::default()
                .then(&sealed(&opened, wrong))
                .unwrap_err();
            assert!(matches!(error, HistoryError::Gap { expected: 1, found, .. } if found == wrong));
        }
        let strange = sealed(&opened, 1)
            .to_json()
            .replace("door.opened", "door.painted");
        let strange = Envelope::parse(&strange).unwrap();
        assert!(matches!(
            Versioned::<Door>::default().then(&strange),
            Err(HistoryError::Event(DecodeError::Type(_)))
        ));
    }
}
