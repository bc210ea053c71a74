//! An event, a command or an answer, shown.

use serde::Serialize;

use crate::{
    document::{Consumer, ContractKind, ContractVersion, Deprecation, Document, Takes, domain},
    fields::{Field, fields},
};

/// An event, a command or an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownMessage {
    /// Which of the three.
    pub kind: &'static str,
    /// Its type.
    pub name: String,
    /// What it is, in the words of its doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The part of its type before the first dot.
    pub domain: String,
    /// The type of the aggregate whose history it is part of.
    pub aggregate: Option<String>,
    /// The owner.
    pub service: Option<String>,
    /// The version that today's code writes.
    pub current: Option<u32>,
    /// Its versions, oldest first.
    pub versions: Vec<ShownVersion>,
    /// Who states it, or sends it.
    pub producers: Vec<ShownProducer>,
    /// Who takes it, or handles it.
    pub consumers: Vec<ShownTaker>,
}

/// A version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownVersion {
    /// The version.
    pub version: u32,
    /// The lowest version that a reader must know.
    pub min_reader: Option<u32>,
    /// Since when and until when it is deprecated.
    pub deprecated: Option<Deprecation>,
    /// Whether today's code can read it.
    pub readable: bool,
    /// What a producer of this version writes.
    pub fields: Vec<Field>,
}

/// Who states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownProducer {
    /// The function.
    pub name: String,
    /// What calls it.
    pub role: &'static str,
    /// Its service.
    pub service: String,
    /// The version that it states; none is known of a command's sender.
    pub version: Option<u32>,
}

/// Who takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownTaker {
    /// The consumer.
    pub name: String,
    /// Its service.
    pub service: String,
    /// What it promises.
    pub guarantee: &'static str,
    /// The version that its code knows; none for one that takes envelopes of any event.
    pub reads: Option<u32>,
    /// What it takes besides, where it names no type (`order.*`, `every event`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wildcard: Option<String>,
}

impl ShownMessage {
    /// A message of this document.
    pub(super) fn of(document: &Document, kind: ContractKind, name: &str) -> Self {
        let contract = document.contract(name);
        let versions = contract.map(|one| &one.versions[..]).unwrap_or_default();
        let latest = contract
            .and_then(|one| one.latest())
            .and_then(|one| one.written.as_ref());
        let (producers, consumers) = match kind {
            ContractKind::Command => (senders(document, name), handler(document, name)),
            _ => (producers(document, name), takers(document, name)),
        };
        Self {
            kind: kind.as_str(),
            name: name.to_owned(),
            description: latest
                .and_then(|schema| schema["description"].as_str())
                .map(ToOwned::to_owned),
            domain: domain(name).to_owned(),
            aggregate: contract.and_then(|one| one.aggregate.clone()),
            service: owner(document, kind, name),
            current: contract.and_then(|one| one.current),
            versions: versions.iter().map(ShownVersion::of).collect(),
            producers,
            consumers,
        }
    }
}

impl ShownVersion {
    fn of(version: &ContractVersion) -> Self {
        Self {
            version: version.version,
            min_reader: version.min_reader,
            deprecated: version.deprecated.clone(),
            readable: version.read.is_some(),
            fields: version.written.as_ref().map(fields).unwrap_or_default(),
        }
    }
}

impl ShownTaker {
    fn of(consumer: &Consumer, message: &str) -> Self {
        Self {
            name: consumer.name.clone(),
            service: consumer.service.clone(),
            guarantee: consumer.guarantee.as_str(),
            reads: consumer.reads(message),
            wildcard: match &consumer.takes {
                Takes::Prefix { prefix } => Some(format!("{prefix}*")),
                Takes::All { .. } => Some("every event".to_owned()),
                _ => None,
            },
        }
    }
}

fn owner(document: &Document, kind: ContractKind, name: &str) -> Option<String> {
    let handler = match kind {
        ContractKind::Command => document.handler(name).map(|one| one.service.as_str()),
        _ => None,
    };
    document.owner(name).or(handler).map(ToOwned::to_owned)
}

fn producers(document: &Document, event: &str) -> Vec<ShownProducer> {
    let producers = document.producers(event);
    producers
        .map(|one| ShownProducer {
            name: one.function.name().to_owned(),
            role: one.role.as_str(),
            service: one.function.service().to_owned(),
            version: Some(one.version),
        })
        .collect()
}

fn senders(document: &Document, command: &str) -> Vec<ShownProducer> {
    let senders = document.senders(command);
    senders
        .map(|(role, function)| ShownProducer {
            name: function.name().to_owned(),
            role: role.as_str(),
            service: function.service().to_owned(),
            version: None,
        })
        .collect()
}

fn takers(document: &Document, event: &str) -> Vec<ShownTaker> {
    document
        .takers(event)
        .map(|one| ShownTaker::of(one, event))
        .collect()
}

fn handler(document: &Document, command: &str) -> Vec<ShownTaker> {
    document
        .handler(command)
        .iter()
        .map(|one| ShownTaker::of(one, command))
        .collect()
}
