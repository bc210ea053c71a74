//! Consumers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{EventVersion, Use, function::function};

/// A function behind a queue of its own: it takes events from the topic, or handles a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consumer {
    /// Its name (`create-invoice`): file, binary, function and queue.
    pub name: String,
    /// The service that owns it.
    #[serde(default)]
    pub service: String,
    /// What it promises.
    #[serde(default)]
    pub guarantee: Guarantee,
    /// What reaches its queue.
    #[serde(default)]
    pub takes: Takes,
    /// The filter policy of its subscription; none lets everything through.
    #[serde(default)]
    pub filter: Option<Value>,
    /// The versions that its code knows; empty for one that takes envelopes of any event.
    #[serde(default)]
    pub events: Vec<EventVersion>,
    /// The events that it states.
    #[serde(default)]
    pub publishes: Vec<EventVersion>,
    /// Whether what it takes or states can be too large for the topic.
    #[serde(default)]
    pub claim_check: bool,
    /// Its time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// Its memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// Messages a call, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// Calls at once, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_concurrency: Option<u32>,
    /// How long the queue hides a message that was received, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility_timeout_seconds: Option<u32>,
    /// How often the queue hands out a message before it moves it to the dead-letter queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_receive_count: Option<u32>,
    /// How long the queue keeps a message, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_seconds: Option<u64>,
    /// How long the dead-letter queue keeps one, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_retention_seconds: Option<u64>,
    /// What it may touch.
    #[serde(default)]
    pub uses: Vec<Use>,
}
function!(Consumer, publishes);

impl Consumer {
    /// The version of this event that its code knows, if it names one.
    #[must_use]
    pub fn reads(&self, event: &str) -> Option<u32> {
        let known = self.events.iter().find(|known| known.name == event);
        known.map(|known| known.version)
    }
}

/// What a consumer promises (`docs/guarantees.md`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Guarantee {
    /// Effects, events and idempotency record commit together.
    Transactional,
    /// It reaches outside, under a lease.
    Leased,
    /// Run again, it leaves the same.
    Natural,
    /// One that this code does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Guarantee {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Leased => "leased",
            Self::Natural => "natural",
            Self::Unknown => "unknown",
        }
    }
}

/// What reaches a consumer's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Takes {
    /// Events of these types.
    Types {
        /// The types.
        types: Vec<String>,
    },
    /// Events whose types begin so (`order.`).
    Prefix {
        /// The beginning.
        prefix: String,
    },
    /// Commands of this type, past the topic.
    Command {
        /// The type.
        command: String,
    },
    /// Every event.
    All {
        /// True.
        all: bool,
    },
}

impl Default for Takes {
    /// Nothing.
    fn default() -> Self {
        Self::Types { types: Vec::new() }
    }
}

impl Takes {
    /// Whether an event of this type reaches the queue.
    #[must_use]
    pub fn event(&self, name: &str) -> bool {
        match self {
            Self::Types { types } => types.iter().any(|one| one == name),
            Self::Prefix { prefix } => name.starts_with(prefix),
            Self::All { all } => *all,
            Self::Command { .. } => false,
        }
    }

    /// The command that reaches the queue, if it is one of a handler.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::Command { command } => Some(command),
            _ => None,
        }
    }

    /// Whether it names no type: every event, or all that begin so.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Prefix { .. } | Self::All { .. })
    }
}
