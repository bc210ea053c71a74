//! Who consumes what, and the names of their queues: read from the catalogue document of any
//! system.

use serde::Deserialize;
use serde_json::Value;

use crate::error::Result;

/// The consumers of a system's stage.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The system's name.
    pub system: String,
    prefix: String,
    consumers: Vec<Consumer>,
    contracts: Vec<Contract>,
}

/// A consumer, as far as its dead letters are concerned.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// Its name.
    pub name: &'static str,
    /// Which guarantee it gives.
    pub guarantee: Guarantee,
    /// Of a leased one, what a second beginning of its effect does.
    pub repeat: Option<Repeat>,
    /// What its subscription lets through.
    pub takes: Takes,
    /// The contracts that its handler reads, with the newest version that it knows; none for one
    /// that takes every event.
    pub events: Vec<Reads>,
    uses: Vec<Value>,
}

/// The same, as the catalogue has it.
#[derive(Deserialize)]
struct Named {
    name: String,
    guarantee: Guarantee,
    #[serde(default)]
    repeat: Option<Repeat>,
    takes: Takes,
    #[serde(default)]
    events: Vec<Reads>,
    #[serde(default)]
    uses: Vec<Value>,
}

impl From<Named> for Consumer {
    fn from(named: Named) -> Self {
        Self {
            // The runtime's types name a consumer for as long as the process lives, as a catalogue
            // that was compiled in does.
            name: named.name.leak(),
            guarantee: named.guarantee,
            repeat: named.repeat,
            takes: named.takes,
            events: named.events,
            uses: named.uses,
        }
    }
}

/// The guarantee of a consumer (`tidings_core::consumer::guarantee`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Guarantee {
    /// Effects and record commit together.
    Transactional,
    /// An effect outside, under a lease.
    Leased,
    /// Twice leaves what once leaves.
    Natural,
}

/// What a second beginning does (`tidings_core::consumer::Repeat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Repeat {
    /// The provider knows it by its key.
    ProviderKey,
    /// The effect can happen twice.
    MayRepeat,
    /// Nothing happens outside.
    OnlyReads,
}

/// What a consumer takes (`tidings_core::Takes`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Takes {
    /// Events of these types.
    Types(Vec<String>),
    /// Events whose type begins so.
    Prefix(String),
    /// Every event.
    All(bool),
    /// Commands of this type.
    Command(String),
}

/// A contract that a handler reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reads {
    /// The event's type.
    #[serde(rename = "type")]
    pub name: String,
    /// The newest version that it knows.
    pub version: u32,
}

/// The schemas of a type, where the catalogue has them.
#[derive(Debug, Clone, Deserialize)]
struct Contract {
    #[serde(rename = "type")]
    name: String,
    #[serde(default)]
    versions: Vec<ContractVersion>,
}

#[derive(Debug, Clone, Deserialize)]
struct ContractVersion {
    version: u32,
    #[serde(default)]
    read: Option<Value>,
    #[serde(default)]
    written: Option<Value>,
}

/// A dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadQueue {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub consumer: &'static str,
    /// The queue that its letters are sent back to.
    pub destination: String,
    /// Whether it is of the subscription: what the topic could not bring to the queue.
    pub of_subscription: bool,
}

impl DeadQueue {
    /// Whether it is FIFO.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }
}

impl Takes {
    /// Whether a message of this type is for the consumer.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        match self {
            Self::Types(types) => types.iter().any(|one| one == event_type),
            Self::Prefix(prefix) => event_type.starts_with(prefix),
            Self::All(_) => true,
            Self::Command(command) => command == event_type,
        }
    }
}

impl Consumer {
    /// The newest version of this type that it knows.
    #[must_use]
    pub fn knows(&self, event_type: &str) -> Option<u32> {
        let reads = self.events.iter().find(|reads| reads.name == event_type);
        reads.map(|reads| reads.version)
    }

    /// Whether it opens or seals personal values.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.uses
            .iter()
            .any(|resource| resource.get("personal").is_some())
    }

    fn suffix(&self) -> &'static str {
        if matches!(self.takes, Takes::Command(_)) {
            ".fifo"
        } else {
            ""
        }
    }
}

impl Roster {
    /// Reads the catalogue document of a system (`tidings catalog --json`), for a stage of it.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(catalogue: &Value, stage: Option<&str>) -> Result<Self> {
        #[derive(Deserialize)]
        struct Document {
            system: String,
            consumers: Vec<Named>,
            #[serde(default)]
            contracts: Vec<Contract>,
        }
        let Document {
            system,
            consumers,
            contracts,
        } = Document::deserialize(catalogue)?;
        Ok(Self {
            system,
            prefix: stage.map(|stage| format!("{stage}-")).unwrap_or_default(),
            consumers: consumers.into_iter().map(Consumer::from).collect(),
            contracts,
        })
    }

    /// All consumers.
    #[must_use]
    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }

    /// The consumer of this name.
    #[must_use]
    pub fn consumer(&self, name: &str) -> Option<&Consumer> {
        self.consumers.iter().find(|consumer| consumer.name == name)
    }

    /// Every dead-letter queue, as the infrastructure calls them (`infra/lib/names.ts`): of each
    /// consumer, and of each subscription.
    pub fn dead_queues(&self) -> impl Iterator<Item = DeadQueue> {
        self.consumers.iter().flat_map(|consumer| {
            let Consumer { name, .. } = *consumer;
            let (prefix, suffix) = (&self.prefix, consumer.suffix());
            let queue = |name: String, of_subscription| DeadQueue {
                name,
                consumer: consumer.name,
                destination: format!("{prefix}{}{suffix}", consumer.name),
                of_subscription,
            };
            let own = queue(format!("{prefix}{name}-dlq{suffix}"), false);
            let subscribed = suffix.is_empty();
            let of_subscription = subscribed.then(|| queue(format!("{prefix}{name}-subscription-dlq"), true));
            [Some(own), of_subscription].into_iter().flatten()
        })
    }

    /// The dead-letter queue of this name.
    #[must_use]
    pub fn dead_queue(&self, name: &str) -> Option<DeadQueue> {
        self.dead_queues().find(|queue| queue.name == name)
    }

    /// The real name of a table.
    #[must_use]
    pub fn table(&self, name: &str) -> String {
        format!("{}{}-{name}", self.prefix, self.system)
    }

    /// The schema by which this version of a type is written; none where the catalogue has none.
    #[must_use]
    pub fn written(&self, event_type: &str, version: u32) -> Option<&Value> {
        self.version(event_type, version)?.written.as_ref()
    }

    /// Whether the catalogue says that nobody reads this version any more.
    #[must_use]
    pub fn is_unreadable(&self, event_type: &str, version: u32) -> bool {
        let known = self.contracts.iter().any(|contract| contract.name == event_type);
        match self.version(event_type, version) {
            Some(version) => version.read.is_none(),
            None => known && version == 0,
        }
    }

    fn version(&self, event_type: &str, version: u32) -> Option<&ContractVersion> {
        let contract = self
            .contracts
            .iter()
            .find(|contract| contract.name == event_type)?;
        contract.versions.iter().find(|one| one.version == version)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_consumer_has_the_queues_that_the_infrastructure_makes() {
        let catalogue = json!({ "system": "zoo", "consumers": [
            { "name": "feed-bear", "guarantee": "leased", "repeat": "providerKey", "takes": { "types": ["bear.woke"] },
              "events": [{ "type": "bear.woke", "version": 2 }] },
            { "name": "handle-feed", "guarantee": "transactional", "repeat": null, "takes": { "command": "feed" }, "events": [] },
        ]});
        let roster = Roster::read(&catalogue, Some("beta")).unwrap();
        let queues: Vec<_> = roster
            .dead_queues()
            .map(|queue| (queue.name, queue.destination))
            .collect();
        let expected = [
            ("beta-feed-bear-dlq", "beta-feed-bear"),
            ("beta-feed-bear-subscription-dlq", "beta-feed-bear"),
            ("beta-handle-feed-dlq.fifo", "beta-handle-feed.fifo"),
        ];
        assert_eq!(queues, expected.map(|(dead, alive)| (dead.into(), alive.into())));
        assert_eq!(roster.table("operations"), "beta-zoo-operations");
        let bear = roster.consumer("feed-bear").unwrap();
        assert_eq!(
            (bear.knows("bear.woke"), bear.knows("bear.slept")),
            (Some(2), None)
        );
        assert!(bear.takes.matches("bear.woke") && !bear.takes.matches("bear.slept"));
        assert_eq!(bear.repeat, Some(Repeat::ProviderKey));
    }
}
