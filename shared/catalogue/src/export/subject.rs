//! What is exported.

use crate::document::{
    Consumer, Contract, ContractKind, ContractVersion, Document, EventVersion, Function, Role,
};

/// A catalogue document in which everything that is named has a contract, and the version of the
/// system.
pub struct Subject {
    document: Document,
    version: String,
}

/// A function that states an event, sends a command or answers one.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What calls it.
    pub role: Role,
    /// The function.
    pub function: &'a dyn Function,
}

impl Subject {
    /// Of this document, which describes this version of the system.
    ///
    /// What functions name and the document has no contract of is there as well, without schemas:
    /// an export says nothing that is not true, and leaves out nothing that is.
    #[must_use]
    pub fn of(document: &Document, version: &str) -> Self {
        let mut contracts = document.contracts.clone();
        for (kind, named, owner) in named(document) {
            if document.contract(&named.name).is_none() {
                let known = contracts.iter().position(|contract| contract.name == named.name);
                let at = known.unwrap_or_else(|| {
                    contracts.push(bare(kind, &named.name, owner));
                    contracts.len() - 1
                });
                add_version(&mut contracts[at], named.version);
            }
        }
        contracts.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
        Self {
            document: Document {
                contracts,
                ..document.clone()
            },
            version: version.to_owned(),
        }
    }

    /// The system's name.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.document.system
    }

    /// The version of the system.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The document. Its contracts are in order: events, commands, answers, each by the alphabet.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The contracts.
    #[must_use]
    pub fn contracts(&self) -> &[Contract] {
        &self.document.contracts
    }

    /// The contracts of this kind.
    pub fn of_kind(&self, kind: ContractKind) -> impl Iterator<Item = &Contract> {
        self.document.contracts_of(kind)
    }

    /// Who states this event or sends this command. Of an answer: who handles the command.
    #[must_use]
    pub fn sources<'a>(&'a self, contract: &'a Contract) -> Vec<Source<'a>> {
        let of = |(role, function)| Source { role, function };
        let name = &contract.name;
        match contract.kind {
            ContractKind::Command => self.document.senders(name).map(of).collect(),
            ContractKind::Answer => {
                let handler = answered(name).and_then(|command| self.document.handler(command));
                handler
                    .map(|handler| of((Role::Consumer, handler)))
                    .into_iter()
                    .collect()
            }
            _ => {
                let producers = self.document.producers(name);
                producers.map(|one| of((one.role, one.function))).collect()
            }
        }
    }

    /// The consumers that this event reaches, or the handler of this command.
    #[must_use]
    pub fn takers<'a>(&'a self, contract: &'a Contract) -> Vec<&'a Consumer> {
        match contract.kind {
            ContractKind::Command => self.document.handler(&contract.name).into_iter().collect(),
            ContractKind::Answer => Vec::new(),
            _ => self.document.takers(&contract.name).collect(),
        }
    }

    /// The events that reach this consumer, or the command that it handles.
    pub fn taken<'a>(&'a self, consumer: &'a Consumer) -> impl Iterator<Item = &'a Contract> {
        self.contracts()
            .iter()
            .filter(move |contract| match contract.kind {
                ContractKind::Command => consumer.takes.command() == Some(&contract.name),
                ContractKind::Answer => false,
                _ => consumer.takes.event(&contract.name),
            })
    }

    /// The answer to this command.
    #[must_use]
    pub fn answer(&self, command: &str) -> Option<&Contract> {
        let mut answers = self.of_kind(ContractKind::Answer);
        answers.find(|answer| answered(&answer.name) == Some(command))
    }

    /// The group that a contract stands in: the service that owns it, or the system where nobody
    /// does.
    #[must_use]
    pub fn owner<'a>(&'a self, contract: &'a Contract) -> &'a str {
        contract.service.as_deref().unwrap_or(self.system())
    }
}

/// The command that an answer is for: its name is that of the command, and `.answered`
/// (`tidings_core::command`).
fn answered(answer: &str) -> Option<&str> {
    answer.strip_suffix(".answered")
}

/// What functions name: what they state, send and read, and who owns it as far as that shows.
fn named(document: &Document) -> Vec<(ContractKind, &EventVersion, &str)> {
    let mut named = Vec::new();
    for (_, function) in document.functions() {
        let stated = function.publishes().iter();
        named.extend(stated.map(|event| (ContractKind::Event, event, function.service())));
    }
    for consumer in &document.consumers {
        let command = consumer.takes.command();
        for read in &consumer.events {
            named.push(match command {
                Some(_) => (ContractKind::Command, read, consumer.service.as_str()),
                None => (ContractKind::Event, read, ""),
            });
        }
    }
    named
}

fn bare(kind: ContractKind, name: &str, service: &str) -> Contract {
    Contract {
        kind,
        name: name.to_owned(),
        aggregate: None,
        service: (!service.is_empty()).then(|| service.to_owned()),
        current: None,
        versions: Vec::new(),
    }
}

fn add_version(contract: &mut Contract, version: u32) {
    if contract.version(version).is_none() {
        contract.versions.push(ContractVersion {
            version,
            min_reader: None,
            read: None,
            written: None,
            deprecated: None,
            sample: None,
        });
        contract.versions.sort_by_key(|one| one.version);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// A small shop with contracts.
    pub(in super::super) fn document() -> Document {
        Document::read(include_str!("../../fixtures/shop.json")).expect("a document")
    }

    #[test]
    fn who_states_and_who_takes_is_told_of_events_and_commands() {
        let document = document();
        let subject = Subject::of(&document, "1.0.0");
        let about = |name: &str| {
            let contract = subject.document().contract(name).expect("a contract");
            let sources: Vec<_> = subject
                .sources(contract)
                .iter()
                .map(|one| one.function.name())
                .collect();
            let takers: Vec<_> = subject.takers(contract).iter().map(|one| &*one.name).collect();
            (sources, takers)
        };
        assert_eq!(
            about("order.placed"),
            (
                vec!["place-order", "handle-quote"],
                vec!["create-invoice", "record-audit-log"]
            )
        );
        assert_eq!(
            about("invoice.created"),
            (vec!["create-invoice"], vec!["record-audit-log"])
        );
        assert_eq!(about("quote"), (vec!["get-quote"], vec!["handle-quote"]));
        assert_eq!(about("quote.answered"), (vec!["handle-quote"], vec![]));
        assert_eq!(
            subject.answer("quote").map(|answer| &*answer.name),
            Some("quote.answered")
        );
    }

    #[test]
    fn what_functions_name_is_there_without_a_contract_too() {
        let mut document = document();
        document.contracts.clear();
        let subject = Subject::of(&document, "1.0.0");
        let names: Vec<_> = subject
            .contracts()
            .iter()
            .map(|contract| &*contract.name)
            .collect();
        assert_eq!(names, ["invoice.created", "order.placed", "quote"]);
        let placed = &subject.contracts()[1];
        assert_eq!(
            placed.latest().map(|one| (one.version, one.written.is_some())),
            Some((2, false))
        );
    }
}
