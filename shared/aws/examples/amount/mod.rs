//! The event of the examples: `example.amount`.

use serde::Deserialize;
use tidings_core::{DecodeError, Envelope, EventType, Failure, Incoming, Takes};

/// The data of `example.amount`, version 1. The examples take an event of whatever type, so that they can be put behind a queue that
/// is there already; what counts is its data.
#[derive(Debug, Deserialize)]
pub struct Amount {
    /// An integer. An event without one has a wrong shape and is set aside.
    pub amount: i64,
    /// The event cannot be handled: it fails for good.
    #[serde(default)]
    poison: bool,
    /// How long handling takes, in milliseconds.
    #[serde(default)]
    pub sleep_ms: u64,
}

const TYPE: EventType = EventType {
    name: "example.amount",
    version: 1,
    may_be_large: false,
};

impl Incoming for Amount {
    const MAY_BE_LARGE: bool = false;

    fn takes() -> Takes {
        Takes::All
    }

    fn event_types() -> Vec<EventType> {
        vec![TYPE]
    }

    fn decode(envelope: &Envelope) -> Result<Self, DecodeError> {
        serde_json::from_str(envelope.data()).map_err(|source| DecodeError::Data {
            event: TYPE.name,
            version: TYPE.version,
            source,
        })
    }
}

impl Amount {
    /// Refuses poison. It fails for good, since no other try can help: it goes to the dead-letter queue at once with its reason. Where
    /// no such queue is configured, it is reported as failed, and the redrive policy of its queue takes it in the end.
    ///
    /// # Errors
    /// A permanent failure.
    pub fn not_poison(self) -> Result<Self, Failure> {
        if self.poison {
            return Err(Failure::permanent("poison"));
        }
        Ok(self)
    }
}
