//! `tidings catalog list`: everything there is, a line each.

use std::fmt;

use serde::Serialize;

use crate::{
    columns::Columns,
    document::{Document, Function as _, Role, domain},
    thing::Thing,
};

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Events.
    Events,
    /// Commands.
    Commands,
    /// Consumers.
    Consumers,
    /// Publishers and the functions on a schedule that state events.
    Publishers,
    /// Services.
    Services,
    /// Tables.
    Tables,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::Events,
        Self::Commands,
        Self::Publishers,
        Self::Consumers,
        Self::Tables,
        Self::Services,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Commands => "commands",
            Self::Consumers => "consumers",
            Self::Publishers => "publishers",
            Self::Services => "services",
            Self::Tables => "tables",
        }
    }

    fn is(self, thing: &Thing<'_>) -> bool {
        match (self, thing) {
            (Self::Events, Thing::Event(_))
            | (Self::Commands, Thing::Command(_))
            | (Self::Consumers, Thing::Function(Role::Consumer, _))
            | (Self::Publishers, Thing::Function(Role::Publisher, _))
            | (Self::Services, Thing::Service(_))
            | (Self::Tables, Thing::Table(_)) => true,
            (Self::Publishers, Thing::Function(Role::Scheduled, one)) => !one.publishes().is_empty(),
            _ => false,
        }
    }
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List(pub Vec<Line>);

/// One thing, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The service that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The domain of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The rest of what is worth a line, in words.
    pub summary: String,
}

impl Line {
    /// A thing of this document in a line.
    #[must_use]
    pub fn of(document: &Document, thing: &Thing<'_>) -> Self {
        let (service, domain, summary) = match thing {
            Thing::Event(name) => (document.owner(name), Some(domain(name)), event(document, name)),
            Thing::Command(name) => {
                let handler = document.handler(name);
                let handled =
                    handler.map_or("no handler".to_owned(), |one| format!("handled by {}", one.name));
                (handler.map(|one| one.service()), None, handled)
            }
            Thing::Answer(name) => (document.owner(name), None, String::new()),
            Thing::Function(role, function) => (
                Some(function.service()),
                None,
                crate::show::in_a_line(document, *role, *function),
            ),
            Thing::Table(table) => (Some(table.service.as_str()), None, users(document, &table.name)),
            Thing::Service(name) => (None, None, owned(document, name)),
        };
        Self {
            kind: thing.kind(),
            name: thing.name().to_owned(),
            service: service.filter(|one| !one.is_empty()).map(ToOwned::to_owned),
            domain: domain.map(ToOwned::to_owned),
            summary,
        }
    }
}

impl Document {
    /// What there is of these kinds; of all, if none is named.
    #[must_use]
    pub fn list(&self, kinds: &[Kind]) -> List {
        let kinds = if kinds.is_empty() { &Kind::ALL[..] } else { kinds };
        let lines = kinds.iter().flat_map(|kind| {
            let things = self.things().filter(|thing| kind.is(thing));
            things.map(|thing| Line::of(self, &thing)).collect::<Vec<_>>()
        });
        List(lines.collect())
    }
}

fn event(document: &Document, name: &str) -> String {
    let (producers, takers) = (document.producers(name).count(), document.takers(name).count());
    let versions = document
        .contract(name)
        .map(|contract| &contract.versions[..])
        .unwrap_or_default();
    let newest = versions.iter().map(|one| one.version).max();
    let newest = newest.or_else(|| document.producers(name).map(|one| one.version).max());
    let newest = newest.map_or(String::new(), |version| format!("v{version}, "));
    format!(
        "{newest}{} -> {}",
        counted(producers, "producer"),
        counted(takers, "consumer")
    )
}

fn users(document: &Document, table: &str) -> String {
    let names = |wanted: fn(crate::document::Access) -> bool| {
        let users = document.users(table).filter(|(.., access)| wanted(*access));
        let mut names: Vec<_> = users.map(|(_, one, _)| one.name()).collect();
        names.dedup();
        names.len()
    };
    format!(
        "{} write, {} read",
        names(|one| one.writes()),
        names(|one| one.reads())
    )
}

fn owned(document: &Document, service: &str) -> String {
    let functions = document.functions().filter(|(_, one)| one.service() == service);
    let tables = document.tables.iter().filter(|one| one.service == service);
    format!(
        "{}, {}",
        counted(functions.count(), "function"),
        counted(tables.count(), "table")
    )
}

/// `1 consumer`, `2 consumers`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::default();
        let mut kind = None;
        for line in &self.0 {
            let title = Kind::ALL.iter().find(|one| one.title().starts_with(line.kind));
            let title = title.map_or("publishers", |one| one.title());
            if kind != Some(title) {
                columns.title(title);
                kind = Some(title);
            }
            columns.row([&line.name, line.service.as_deref().unwrap_or("-"), &line.summary]);
        }
        columns.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::small;

    #[test]
    fn a_list_has_a_title_and_a_line_for_each_thing() {
        let listed = small().list(&[Kind::Events, Kind::Publishers]).to_string();
        assert_eq!(
            listed,
            "events\n\
             \x20 invoice.created  billing  v1, 1 producer -> 2 consumers\n\
             \x20 order.placed     orders   v2, 2 producers -> 3 consumers\n\
             \n\
             publishers\n\
             \x20 place-order      orders   POST /orders -> order.placed/v2\n\
             \x20 sweep-orders     orders   every minute -> order.placed/v2\n"
        );
    }

    #[test]
    fn without_a_kind_everything_is_listed() {
        let List(lines) = small().list(&[]);
        for kind in ["event", "command", "consumer", "publisher", "table", "service"] {
            assert!(lines.iter().any(|line| line.kind == kind), "{kind}");
        }
        assert_eq!(small().list(&[Kind::Tables]).0.len(), 5);
    }
}
