//! `tidings catalog search`: what has to do with some words, a field, a service or a function.

use crate::{
    document::{Contract, Document, Role, domain},
    fields::{Field, fields},
    list::{Line, List},
    thing::Thing,
};

/// What is looked for: a thing is found where all that is asked for is true of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that stand in its name, its fields or their descriptions, whatever their case.
    pub words: Vec<String>,
    /// The domain of an event (`order`).
    pub domain: Option<String>,
    /// The type of an event, command or answer; `*` stands for anything.
    pub name: Option<String>,
    /// A field that it has: its name or its path.
    pub field: Option<String>,
    /// Whether it holds something personal.
    pub personal: Option<bool>,
    /// The function that states or sends it.
    pub producer: Option<String>,
    /// The consumer that takes it.
    pub consumer: Option<String>,
    /// The service that owns it.
    pub service: Option<String>,
    /// It has a version that is deprecated.
    pub deprecated: bool,
}

impl Query {
    /// Whether something is asked that is true of events, commands and answers alone.
    fn of_messages(&self) -> bool {
        let Self {
            domain,
            name,
            field,
            personal,
            producer,
            consumer,
            deprecated,
            ..
        } = self;
        let texts = [domain, name, field, producer, consumer];
        texts.iter().any(|text| text.is_some()) || personal.is_some() || *deprecated
    }

    /// Whether all that is asked for is true of this thing.
    fn finds(&self, document: &Document, thing: &Thing<'_>, line: &Line) -> bool {
        let message = match thing {
            Thing::Event(name) | Thing::Command(name) | Thing::Answer(name) => Some(*name),
            _ => None,
        };
        let known = message.and_then(|name| document.contract(name));
        let held = known.map(all_fields).unwrap_or_default();
        let owner = |service: &String| line.service.as_ref() == Some(service);
        if !self.service.as_ref().is_none_or(owner) || !self.speaks(line, &held) {
            return false;
        }
        match message {
            None => !self.of_messages(),
            Some(name) => self.of_this(document, name, known, &held),
        }
    }

    /// Whether the words stand in what is said of it.
    fn speaks(&self, line: &Line, held: &[Field]) -> bool {
        let mut said = format!("{} {} {}", line.kind, line.name, line.summary);
        for field in held {
            said.push_str(&format!(
                " {} {}",
                field.path,
                field.description.as_deref().unwrap_or("")
            ));
        }
        let said = said.to_lowercase();
        self.words.iter().all(|word| said.contains(&word.to_lowercase()))
    }

    fn of_this(&self, document: &Document, name: &str, known: Option<&Contract>, held: &[Field]) -> bool {
        let producer = |wanted: &String| {
            let states = document.producers(name).any(|one| one.function.name() == wanted);
            states || document.senders(name).any(|(_, one)| one.name() == wanted)
        };
        let consumer = |wanted: &String| {
            let takes = document.takers(name).any(|one| one.name == *wanted);
            takes || document.handler(name).is_some_and(|one| one.name == *wanted)
        };
        let is_field = |wanted: &String| held.iter().any(|one| one.path == *wanted || one.name() == wanted);
        let personal = held.iter().any(|one| one.personal);
        let versions = known.map(|contract| &contract.versions[..]).unwrap_or_default();
        self.domain.as_ref().is_none_or(|wanted| domain(name) == wanted)
            && self.name.as_ref().is_none_or(|wanted| matches(wanted, name))
            && self.field.as_ref().is_none_or(is_field)
            && self.personal.is_none_or(|wanted| wanted == personal)
            && self.producer.as_ref().is_none_or(producer)
            && self.consumer.as_ref().is_none_or(consumer)
            && (!self.deprecated || versions.iter().any(|one| one.deprecated.is_some()))
    }
}

impl Document {
    /// What is found.
    #[must_use]
    pub fn search(&self, query: &Query) -> List {
        let lines = self.things().filter_map(|thing| {
            let line = Line::of(self, &thing);
            query.finds(self, &thing, &line).then_some((order(&thing), line))
        });
        let mut lines: Vec<_> = lines.collect();
        lines.sort_by_key(|(order, _)| *order);
        List(lines.into_iter().map(|(_, line)| line).collect())
    }
}

/// The fields of all versions.
fn all_fields(contract: &Contract) -> Vec<Field> {
    let written = contract.versions.iter().filter_map(|one| one.written.as_ref());
    written.flat_map(fields).collect()
}

/// The place of a thing among what is found.
fn order(thing: &Thing<'_>) -> u8 {
    match thing {
        Thing::Event(_) => 0,
        Thing::Command(_) => 1,
        Thing::Answer(_) => 2,
        Thing::Function(Role::Publisher, _) => 3,
        Thing::Function(Role::Consumer, _) => 4,
        Thing::Function(..) => 5,
        Thing::Table(_) => 6,
        Thing::Service(_) => 7,
    }
}

/// Whether a name is as `pattern` says, in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(begin) else {
        return false;
    };
    (0..=name.len())
        .filter(|at| name.is_char_boundary(*at))
        .any(|at| matches(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::small;

    fn found(query: &Query) -> Vec<String> {
        small()
            .search(query)
            .0
            .into_iter()
            .map(|line| line.name)
            .collect()
    }

    #[test]
    fn words_are_looked_for_in_names_fields_and_descriptions() {
        let words = |text: &str| Query {
            words: vec![text.to_owned()],
            ..Query::default()
        };
        assert_eq!(found(&words("ISO 3166")), ["quote"]);
        assert_eq!(found(&words("AUDIT")), ["record-audit-log", "audit-log"]);
        assert_eq!(found(&words("hologram")), Vec::<String>::new());
    }

    #[test]
    fn what_is_asked_for_is_true_of_all_that_is_found() {
        let query = Query::default;
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            found(&Query {
                domain: text("order"),
                ..query()
            }),
            ["order.placed"]
        );
        assert_eq!(
            found(&Query {
                name: text("*.created"),
                ..query()
            }),
            ["invoice.created"]
        );
        assert_eq!(
            found(&Query {
                field: text("sku"),
                ..query()
            }),
            ["order.placed"]
        );
        assert_eq!(
            found(&Query {
                field: text("items[].sku"),
                ..query()
            }),
            ["order.placed"]
        );
        assert_eq!(
            found(&Query {
                personal: Some(true),
                ..query()
            }),
            ["order.placed"]
        );
        assert_eq!(
            found(&Query {
                personal: Some(false),
                ..query()
            }),
            ["invoice.created", "quote", "quote.answer"]
        );
        assert_eq!(
            found(&Query {
                producer: text("create-invoice"),
                ..query()
            }),
            ["invoice.created"]
        );
        assert_eq!(
            found(&Query {
                consumer: text("watch-orders"),
                ..query()
            }),
            ["order.placed"]
        );
        assert_eq!(
            found(&Query {
                consumer: text("handle-quote"),
                ..query()
            }),
            ["quote"]
        );
        assert_eq!(
            found(&Query {
                deprecated: true,
                ..query()
            }),
            ["order.placed"]
        );
        let both = Query {
            domain: text("order"),
            consumer: text("mail-invoice"),
            ..query()
        };
        assert_eq!(found(&both), Vec::<String>::new());
        let service = Query {
            service: text("billing"),
            ..query()
        };
        assert_eq!(
            found(&service),
            [
                "invoice.created",
                "create-invoice",
                "mail-invoice",
                "get-invoice",
                "invoices"
            ]
        );
    }
}
