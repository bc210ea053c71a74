//! Functions, by what calls them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Use;

/// A version of an event, command or answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventVersion {
    /// The type (`order.placed`).
    #[serde(rename = "type")]
    pub name: String,
    /// The version of its data, from 1 on.
    pub version: u32,
}

impl fmt::Display for EventVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/v{}", self.name, self.version)
    }
}

/// What calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// An HTTP request; it states events.
    Publisher,
    /// An HTTP request; it changes nothing.
    Query,
    /// A queue.
    Consumer,
    /// The stream of a table, whose entries it publishes.
    Relay,
    /// A schedule; it publishes what a relay has left over.
    Sweeper,
    /// A schedule; it deletes reply queues without an owner.
    Reaper,
    /// The stream of the event store; it keeps snapshots.
    Snapshotter,
    /// A schedule; it ends what was left unfinished.
    Scheduled,
}

impl Role {
    /// The word for it, as in "the consumer create-invoice".
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Query => "query",
            Self::Consumer => "consumer",
            Self::Relay => "relay",
            Self::Sweeper => "sweeper",
            Self::Reaper => "reaper",
            Self::Snapshotter => "snapshotter",
            Self::Scheduled => "scheduled function",
        }
    }
}

/// What every function says of itself.
pub trait Function {
    /// Its name: file, binary and function.
    fn name(&self) -> &str;
    /// The service that owns it.
    fn service(&self) -> &str;
    /// What it may touch.
    fn uses(&self) -> &[Use];
    /// The events that it states. A relay states none: it passes on what others have stated.
    fn publishes(&self) -> &[EventVersion] {
        &[]
    }
    /// Its time-out, in seconds.
    fn timeout_seconds(&self) -> Option<u32>;
    /// Its memory, in MB.
    fn memory_mb(&self) -> Option<u32>;
}

/// Implements [`Function`] for a struct with the fields that every function has.
macro_rules! function {
    ($of:ty $(, $publishes:ident)?) => {
        impl $crate::document::Function for $of {
            fn name(&self) -> &str {
                &self.name
            }
            fn service(&self) -> &str {
                &self.service
            }
            fn uses(&self) -> &[$crate::document::Use] {
                &self.uses
            }
            $(fn publishes(&self) -> &[$crate::document::EventVersion] {
                &self.$publishes
            })?
            fn timeout_seconds(&self) -> Option<u32> {
                self.timeout_seconds
            }
            fn memory_mb(&self) -> Option<u32> {
                self.memory_mb
            }
        }
    };
}
pub(super) use function;
