//! The catalogue document as typed data.
//!
//! It is read tolerantly: what it does not know it ignores, and what is absent is empty. So a document
//! of an older or a newer system can be read, which comparing a deployed one takes.

mod consumer;
mod contract;
mod endpoint;
mod function;
mod resource;
mod schedule;
mod stream;
mod table;

use serde::{Deserialize, Serialize};

pub use consumer::{Consumer, Guarantee, Takes};
pub use contract::{Contract, ContractKind, ContractVersion, Deprecation, domain};
pub use endpoint::Endpoint;
pub use function::{EventVersion, Function, Role};
pub use resource::{Access, Use};
pub use schedule::{Reaper, Scheduled, Sweeper};
pub use stream::{Relay, Snapshotter};
pub use table::{Index, Table};

/// The whole system, as `tidings catalog --json` prints it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Document {
    /// The system's name, with which the names of its shared resources begin.
    pub system: String,
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The functions that turn HTTP requests into events.
    pub publishers: Vec<Endpoint>,
    /// The functions that answer HTTP requests and change nothing.
    pub queries: Vec<Endpoint>,
    /// The functions behind a queue: those that take events, and the handlers of commands.
    pub consumers: Vec<Consumer>,
    /// The functions that publish what enters a table.
    pub relays: Vec<Relay>,
    /// The functions that publish, by a schedule, what a relay has left over.
    pub sweepers: Vec<Sweeper>,
    /// The functions that delete, by a schedule, reply queues without an owner.
    pub reapers: Vec<Reaper>,
    /// The functions that keep snapshots of aggregates.
    pub snapshotters: Vec<Snapshotter>,
    /// The other functions that run by a schedule.
    pub scheduled: Vec<Scheduled>,
    /// The events, commands and answers, each with the schemas of its versions.
    pub contracts: Vec<Contract>,
}

/// A text that is no catalogue document: run `tidings catalog --json` to get one.
#[derive(Debug, thiserror::Error)]
#[error("no catalogue document: {field}: {reason}")]
pub struct Unreadable {
    /// Where in the document (`consumers[3].takes`).
    pub field: String,
    /// What is wrong there.
    pub reason: String,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// The text is no JSON, or a field has a type that it never has.
    pub fn read(json: &str) -> Result<Self, Unreadable> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let document = serde_path_to_error::deserialize(&mut reader).map_err(|error| Unreadable {
            field: error.path().to_string(),
            reason: error.inner().to_string(),
        })?;
        reader.end().map_err(|error| Unreadable {
            field: "behind its end".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(document)
    }

    /// Every function, with what calls it.
    pub fn functions(&self) -> impl Iterator<Item = (Role, &dyn Function)> {
        fn each<F: Function>(role: Role, functions: &[F]) -> impl Iterator<Item = (Role, &dyn Function)> {
            functions.iter().map(move |one| (role, one as &dyn Function))
        }
        each(Role::Publisher, &self.publishers)
            .chain(each(Role::Query, &self.queries))
            .chain(each(Role::Consumer, &self.consumers))
            .chain(each(Role::Relay, &self.relays))
            .chain(each(Role::Sweeper, &self.sweepers))
            .chain(each(Role::Reaper, &self.reapers))
            .chain(each(Role::Snapshotter, &self.snapshotters))
            .chain(each(Role::Scheduled, &self.scheduled))
    }

    /// The contract of this event, command or answer, where the document has one.
    #[must_use]
    pub fn contract(&self, name: &str) -> Option<&Contract> {
        self.contracts.iter().find(|contract| contract.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = include_str!("../../fixtures/small.json");

    #[test]
    fn what_is_absent_is_empty() {
        let document = Document::read(r#"{"system": "shop"}"#).expect("a document");
        assert_eq!(document.system, "shop");
        assert!(document.contracts.is_empty() && document.consumers.is_empty());
    }

    #[test]
    fn what_is_unknown_is_ignored() {
        let document = r#"{"system": "shop", "consumers": [{"name": "c", "takes": {"all": true},
            "guarantee": "eventual", "uses": [{"hologram": "x"}], "colour": "red"}]}"#;
        let document = Document::read(document).expect("a document");
        let consumer = &document.consumers[0];
        assert_eq!(consumer.guarantee, Guarantee::Unknown);
        assert!(matches!(consumer.uses[..], [Use::Other(_)]));
    }

    #[test]
    fn a_wrong_field_is_named() {
        let error = Document::read(r#"{"consumers": [{"name": "c"}, {"name": 7}]}"#).unwrap_err();
        assert_eq!(error.field, "consumers[1].name");
        assert!(Document::read("{} and more").is_err());
    }

    #[test]
    fn what_was_read_is_written_as_it_was() {
        let document = Document::read(SMALL).expect("a document");
        let written = serde_json::to_value(&document).expect("JSON");
        let original: serde_json::Value = serde_json::from_str(SMALL).expect("JSON");
        pretty_assertions::assert_eq!(written, original);
    }
}
