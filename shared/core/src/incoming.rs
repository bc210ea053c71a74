//! What a consumer takes: the types of its events come from the Rust type that its handler takes, so
//! that a subscription's filter cannot differ from the code.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{Envelope, Event, EventType, json_error::without_values, upcast::Read};

/// Which events a subscription lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// Events of these types.
    Types(Vec<&'static str>),
    /// Events whose type begins so (`order.`).
    Prefix(&'static str),
    /// Every event.
    All,
    /// Commands of this type: they are sent to the handler's own FIFO queue, and no subscription brings them.
    Command(&'static str),
}

impl Serialize for Takes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Types(types) => json!({ "types": types }),
            Self::Prefix(prefix) => json!({ "prefix": prefix }),
            Self::All => json!({ "all": true }),
            Self::Command(command) => json!({ "command": command }),
        }
        .serialize(serializer)
    }
}

impl Takes {
    /// The command, where it is one that is taken. Its queue is FIFO.
    #[must_use]
    pub fn command(&self) -> Option<&'static str> {
        match self {
            Self::Command(command) => Some(command),
            Self::Types(_) | Self::Prefix(_) | Self::All => None,
        }
    }

    /// Whether a message of this type is for the consumer.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        match self {
            Self::Types(types) => types.contains(&event_type),
            Self::Prefix(prefix) => event_type.starts_with(prefix),
            Self::All => true,
            Self::Command(command) => *command == event_type,
        }
    }
}

/// Why an event could not be given to a handler. Another delivery cannot help: always permanent.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The event's type is none that the consumer takes.
    #[error("the event's type is `{0}`, which this consumer does not take")]
    Type(String),
    /// The event asks for a newer reader (`minreader`).
    #[error("{event} asks for a reader of version {minreader}, and this consumer knows version {known}")]
    TooNew {
        /// The event's type.
        event: &'static str,
        /// What the event asks for.
        minreader: u32,
        /// What this consumer knows.
        known: u32,
    },
    /// There is no such older version.
    #[error("{event} has no version {version}")]
    NoSuchVersion {
        /// The event's type.
        event: &'static str,
        /// The version that the event claims.
        version: u32,
    },
    /// The data is no JSON object; a struct's fields would otherwise also be read from an array, by their order.
    #[error("the data of {0} has a wrong shape: it is no JSON object")]
    NoObject(&'static str),
    /// The data has a wrong shape. The text says what and where, and quotes nothing: it is logged.
    #[error(
        "the data of {event} version {version} has a wrong shape: {}",
        without_values(source)
    )]
    Data {
        /// The event's type.
        event: &'static str,
        /// The version that was read.
        version: u32,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

/// The events that a handler takes: one [`Event`], an enum of several made by [`events!`](crate::events),
/// or [`AnyEvent`].
pub trait Incoming: Sized + Send + Sync + 'static {
    /// Whether the handler reads the events' data. For one that does not, data that travels elsewhere (`dataref`) stays there, and an
    /// event whose data is gone is an event all the same.
    const READS_DATA: bool = true;
    /// Whether one of the events can be too large for the topic ([`Event::MAY_BE_LARGE`]): their data is then fetched before the handler
    /// reads it.
    const MAY_BE_LARGE: bool = Self::READS_DATA;

    /// What the subscription's filter lets through.
    fn takes() -> Takes;

    /// The contracts that the handler reads, with the newest version it knows.
    fn event_types() -> Vec<EventType>;

    /// Reads the typed event out of an envelope.
    ///
    /// # Errors
    /// [`DecodeError`] when the type is none of these, or the data cannot be read.
    fn decode(envelope: &Envelope) -> Result<Self, DecodeError>;
}

impl<E: Event> Incoming for E {
    const MAY_BE_LARGE: bool = E::MAY_BE_LARGE;

    fn takes() -> Takes {
        Takes::Types(vec![E::TYPE])
    }

    fn event_types() -> Vec<EventType> {
        vec![E::EVENT_TYPE]
    }

    fn decode(envelope: &Envelope) -> Result<Self, DecodeError> {
        read(envelope, E::EVENT_TYPE, |version, data| {
            E::upcast(version, Read(data))
        })
    }
}

/// Reads the data of `envelope` as `contract`, the newest version that is known.
pub(crate) fn read<T: DeserializeOwned>(
    envelope: &Envelope,
    contract: EventType,
    upcast: impl FnOnce(u32, &str) -> Option<Result<T, serde_json::Error>>,
) -> Result<T, DecodeError> {
    let event = contract.name;
    if envelope.event_type != event {
        return Err(DecodeError::Type(envelope.event_type.clone()));
    }
    let (minreader, version) = (envelope.minreader, envelope.schemaversion);
    if minreader > contract.version {
        return Err(DecodeError::TooNew {
            event,
            minreader,
            known: contract.version,
        });
    }
    if !envelope.readable().starts_with('{') {
        return Err(DecodeError::NoObject(event));
    }
    let read = if version < contract.version {
        upcast(version, envelope.readable()).ok_or(DecodeError::NoSuchVersion { event, version })?
    } else {
        serde_json::from_str(envelope.readable())
    };
    read.map_err(|source| DecodeError::Data {
        event,
        version,
        source,
    })
}

/// Every event, with its data unread: what a wildcard consumer takes.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyEvent(pub Envelope);

impl Incoming for AnyEvent {
    const READS_DATA: bool = false;

    fn takes() -> Takes {
        Takes::All
    }

    fn event_types() -> Vec<EventType> {
        Vec::new()
    }

    fn decode(envelope: &Envelope) -> Result<Self, DecodeError> {
        Ok(Self(envelope.clone()))
    }
}

/// Declares an enum of events, a variant each: what a consumer takes, or what an aggregate is made of:
///
/// ```ignore
/// tidings_core::events! {
///     /// What the statistics count.
///     pub enum Counted { OrderPlaced, UserSignedUp }
/// }
/// ```
#[macro_export]
macro_rules! events {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident { $($event:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $visibility enum $name {
            $(#[doc = concat!("[`", stringify!($event), "`].")] $event($event)),+
        }

        impl $crate::Incoming for $name {
            const MAY_BE_LARGE: bool = $(<$event as $crate::Event>::MAY_BE_LARGE)||+;

            fn takes() -> $crate::Takes {
                $crate::Takes::Types(vec![$(<$event as $crate::Event>::TYPE),+])
            }

            fn event_types() -> Vec<$crate::EventType> {
                vec![$(<$event as $crate::Event>::EVENT_TYPE),+]
            }

            fn decode(envelope: &$crate::Envelope) -> Result<Self, $crate::DecodeError> {
                match envelope.event_type.as_str() {
                    $(<$event as $crate::Event>::TYPE => {
                        <$event as $crate::Incoming>::decode(envelope).map(Self::$event)
                    })+
                    other => Err($crate::DecodeError::Type(other.to_owned())),
                }
            }
        }

        impl $crate::Fact for $name {
            fn outgoing(&self, aggregate_version: u32) -> Result<$crate::Outgoing, $crate::event::JsonError> {
                match self {
                    $(Self::$event(event) => $crate::Fact::outgoing(event, aggregate_version)),+
                }
            }
        }

        $(impl From<$event> for $name {
            fn from(event: $event) -> Self {
                Self::$event(event)
            }
        })+
    };
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::upcast::Upcast;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Renamed {
        id: String,
        name: String,
    }

    impl Event for Renamed {
        const TYPE: &'static str = "user.renamed";
        const AGGREGATE: &'static str = "user";
        const VERSION: u32 = 2;

        fn aggregate_id(&self) -> &str {
            &self.id
        }

        fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
            #[derive(Deserialize, JsonSchema)]
            struct V1 {
                id: String,
            }
            let unnamed = |v1: V1| Self {
                id: v1.id,
                name: "unknown".into(),
            };
            (version == 1).then(|| older.becomes(unnamed))
        }
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Left {
        id: String,
    }

    impl Event for Left {
        const TYPE: &'static str = "user.left";
        const AGGREGATE: &'static str = "user";

        fn aggregate_id(&self) -> &str {
            &self.id
        }
    }

    events! {
        /// Both.
        enum Both { Renamed, Left }
    }

    fn envelope(event_type: &str, extensions: &str, data: &str) -> Envelope {
        let text = format!(
            r#"{{"specversion":"1.0","id":"1","source":"/u","type":"{event_type}",{extensions}"data":{data}}}"#
        );
        Envelope::parse(&text).unwrap()
    }

    #[test]
    fn an_older_version_is_upcast_and_a_newer_one_is_read_by_what_is_known() {
        let old = Renamed::decode(&envelope(
            "user.renamed",
            r#""schemaversion":1,"#,
            r#"{"id":"u"}"#,
        ))
        .unwrap();
        assert_eq!(old.name, "unknown");
        let new = r#"{"id":"u","name":"Ada","title":"Countess"}"#;
        let new = Renamed::decode(&envelope(
            "user.renamed",
            r#""schemaversion":3,"minreader":2,"#,
            new,
        ))
        .unwrap();
        assert_eq!(new.name, "Ada");
    }

    #[test]
    fn an_event_that_asks_for_a_newer_reader_is_refused() {
        let envelope = envelope(
            "user.renamed",
            r#""schemaversion":4,"minreader":3,"#,
            r#"{"id":"u","name":"A"}"#,
        );
        assert!(matches!(
            Renamed::decode(&envelope),
            Err(DecodeError::TooNew {
                minreader: 3,
                known: 2,
                ..
            })
        ));
    }

    #[test]
    fn a_wrong_shape_and_a_wrong_type_say_so() {
        let shape = Renamed::decode(&envelope("user.renamed", r#""schemaversion":2,"#, r#"{"id":7}"#));
        assert!(
            shape
                .unwrap_err()
                .to_string()
                .contains("wrong shape: invalid type: integer, expected a string")
        );
        assert!(matches!(
            Left::decode(&envelope("user.renamed", "", "{}")),
            Err(DecodeError::Type(_))
        ));
    }

    #[test]
    fn an_enum_of_events_takes_exactly_its_variants() {
        assert_eq!(Both::takes(), Takes::Types(vec!["user.renamed", "user.left"]));
        let left = Both::decode(&envelope("user.left", "", r#"{"id":"u"}"#)).unwrap();
        assert!(matches!(left, Both::Left(Left { id }) if id == "u"));
        let renamed = envelope(
            "user.renamed",
            r#""schemaversion":2,"#,
            r#"{"id":"u","name":"Ada"}"#,
        );
        assert!(
            matches!(Both::decode(&renamed).unwrap(), Both::Renamed(Renamed { name, .. }) if name == "Ada")
        );
        assert!(matches!(
            Both::decode(&envelope("user.born", "", "{}")),
            Err(DecodeError::Type(_))
        ));
        assert!(!Both::takes().matches("user.leftover"));
        assert!(Takes::Prefix("user.").matches("user.left") && !Takes::Prefix("user.").matches("users.left"));
    }
}
