//! Who has to do with whom, as the document says it.

use std::collections::BTreeSet;

use crate::document::{
    Access, Consumer, Contract, ContractKind, Document, EventVersion, Function, Role, Use,
};

/// A function that states an event.
#[derive(Clone, Copy)]
pub struct Producer<'a> {
    /// What calls it.
    pub role: Role,
    /// The function.
    pub function: &'a dyn Function,
    /// The version that it states.
    pub version: u32,
}

impl Document {
    /// The types of all events that anybody states, takes or describes.
    #[must_use]
    pub fn events(&self) -> BTreeSet<&str> {
        let described = self
            .contracts_of(ContractKind::Event)
            .map(|one| one.name.as_str());
        let stated = self.functions().flat_map(|(_, function)| function.publishes());
        let taken = self.consumers.iter().flat_map(taken_events);
        let stated = stated.map(|event| event.name.as_str());
        described.chain(stated).chain(taken).collect()
    }

    /// The types of all commands that anybody sends, handles or describes.
    #[must_use]
    pub fn commands(&self) -> BTreeSet<&str> {
        let described = self
            .contracts_of(ContractKind::Command)
            .map(|one| one.name.as_str());
        let handled = self.consumers.iter().filter_map(|one| one.takes.command());
        let uses = self.functions().flat_map(|(_, function)| function.uses());
        described
            .chain(handled)
            .chain(uses.filter_map(Use::command))
            .collect()
    }

    /// The contracts of this kind.
    pub fn contracts_of(&self, kind: ContractKind) -> impl Iterator<Item = &Contract> {
        self.contracts
            .iter()
            .filter(move |contract| contract.kind == kind)
    }

    /// The names of the services.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        let functions = self.functions().map(|(_, function)| function.service());
        let tables = self.tables.iter().map(|table| table.service.as_str());
        functions
            .chain(tables)
            .filter(|service| !service.is_empty())
            .collect()
    }

    /// The functions that state this event.
    pub fn producers<'a>(&'a self, event: &'a str) -> impl Iterator<Item = Producer<'a>> {
        self.functions().flat_map(move |(role, function)| {
            let stated = function
                .publishes()
                .iter()
                .filter(move |stated| stated.name == event);
            stated.map(move |EventVersion { version, .. }| Producer {
                role,
                function,
                version: *version,
            })
        })
    }

    /// The consumers that this event reaches.
    pub fn takers<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Consumer> {
        self.consumers.iter().filter(move |one| one.takes.event(event))
    }

    /// The handler of a command.
    #[must_use]
    pub fn handler(&self, command: &str) -> Option<&Consumer> {
        self.consumers
            .iter()
            .find(|one| one.takes.command() == Some(command))
    }

    /// The functions that send this command.
    pub fn senders<'a>(&'a self, command: &'a str) -> impl Iterator<Item = (Role, &'a dyn Function)> {
        self.functions()
            .filter(move |(_, function)| function.uses().iter().any(|one| one.command() == Some(command)))
    }

    /// The functions that touch this table, and how: also those that the runtime touches for them.
    pub fn users<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (Role, &'a dyn Function, Access)> {
        self.functions().flat_map(move |(role, function)| {
            let touched = function.uses().iter().filter_map(Use::table);
            let touched = touched.chain(touched_by_the_runtime(role, function));
            let touched = touched.filter(move |(name, _)| *name == table);
            touched.map(move |(_, access)| (role, function, access))
        })
    }

    /// The owner of an event: the service of its contract, or of who states it.
    #[must_use]
    pub fn owner<'a>(&'a self, event: &'a str) -> Option<&'a str> {
        let stated = self
            .contract(event)
            .and_then(|contract| contract.service.as_deref());
        stated.or_else(|| self.producers(event).next().map(|one| one.function.service()))
    }
}

/// The tables that the runtime touches for a function, which does not name them: the records of every
/// consumer, the outbox of one that states events, and the keys of persons.
fn touched_by_the_runtime(role: Role, function: &dyn Function) -> Vec<(&'static str, Access)> {
    let consumes = role == Role::Consumer;
    let emits = consumes && !function.publishes().is_empty();
    let personal = function.uses().iter().find_map(|used| match used {
        Use::Personal { personal } => Some(("person-keys", *personal)),
        _ => None,
    });
    let records = consumes.then_some(("idempotency", Access::ReadWrite));
    let emitted = emits.then_some(("outbox", Access::Write));
    [records, emitted, personal].into_iter().flatten().collect()
}

/// The types of events that a consumer names.
fn taken_events(consumer: &Consumer) -> impl Iterator<Item = &str> {
    use crate::document::Takes;
    let types: &[String] = match &consumer.takes {
        Takes::Types { types } => types,
        _ => &[],
    };
    types.iter().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use crate::fixture::small;

    #[test]
    fn an_event_reaches_who_names_it_who_takes_its_prefix_and_who_takes_everything() {
        let document = small();
        let names: Vec<_> = document
            .takers("order.placed")
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["create-invoice", "watch-orders", "record-audit-log"]);
        let names: Vec<_> = document
            .takers("invoice.created")
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["mail-invoice", "record-audit-log"]);
    }

    #[test]
    fn publishers_scheduled_functions_and_consumers_state_events() {
        let document = small();
        let named = |event| {
            let producers = document.producers(event);
            producers
                .map(|one| one.function.name().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(named("order.placed"), ["place-order", "sweep-orders"]);
        assert_eq!(named("invoice.created"), ["create-invoice"]);
    }

    #[test]
    fn a_command_has_senders_and_one_handler() {
        let document = small();
        assert_eq!(
            document.handler("quote").map(|one| one.name.as_str()),
            Some("handle-quote")
        );
        let senders: Vec<_> = document.senders("quote").map(|(_, one)| one.name()).collect();
        assert_eq!(senders, ["get-invoice"]);
        assert_eq!(document.commands().into_iter().collect::<Vec<_>>(), ["quote"]);
    }
}
