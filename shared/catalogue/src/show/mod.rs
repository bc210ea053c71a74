//! `tidings catalog show`: everything of one thing.

mod function;
mod message;
mod place;
mod text;

use serde::Serialize;

pub(crate) use function::in_a_line;
pub use function::{Setting, ShownFunction};
pub use message::{ShownMessage, ShownProducer, ShownTaker, ShownVersion};
pub use place::{ShownService, ShownTable, ShownUser};

use crate::{
    document::{ContractKind, Document},
    thing::Thing,
};

/// Everything of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// An event, a command or an answer.
    Message(ShownMessage),
    /// A function.
    Function(Box<ShownFunction>),
    /// A table.
    Table(ShownTable),
    /// A service.
    Service(ShownService),
}

impl Document {
    /// Everything of this thing.
    #[must_use]
    pub fn show(&self, thing: &Thing<'_>) -> Shown {
        match thing {
            Thing::Event(name) => Shown::Message(ShownMessage::of(self, ContractKind::Event, name)),
            Thing::Command(name) => Shown::Message(ShownMessage::of(self, ContractKind::Command, name)),
            Thing::Answer(name) => Shown::Message(ShownMessage::of(self, ContractKind::Answer, name)),
            Thing::Function(role, function) => {
                Shown::Function(Box::new(ShownFunction::of(self, *role, *function)))
            }
            Thing::Table(table) => Shown::Table(ShownTable::of(self, table)),
            Thing::Service(name) => Shown::Service(ShownService::of(self, name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::small;

    fn shown(name: &str) -> String {
        let document = small();
        let found = document.find(name).expect("a thing");
        found
            .iter()
            .map(|thing| document.show(thing).to_string())
            .collect()
    }

    #[test]
    fn an_event_is_shown_with_versions_fields_producers_and_consumers() {
        let text = shown("order.placed");
        for part in [
            "event order.placed",
            "An order is placed.",
            "v1  read by v1 and newer  deprecated since 2026-01-31, until 2027-01-31: Version 2 has the items.",
            "v2  current  read by v1 and newer",
            "email             string           personal  Where the confirmation goes.",
            "items[].sku",
            "place-order",
            "create-invoice    billing   transactional  reads v2",
            "watch-orders      platform  natural        any version (order.*)",
            "record-audit-log  platform  natural        any version (every event)",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_consumer_is_shown_with_what_it_touches_and_its_settings() {
        let text = shown("mail-invoice");
        for part in [
            "consumer mail-invoice",
            "leased",
            "invoice.created/v1",
            "sends mail",
            "secret post",
            "writes bucket letters",
            "time-out                 10 s",
            "receives, at most        1000",
            "letters are kept         14 d",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_table_is_shown_with_its_keys_and_who_uses_it() {
        let text = shown("table:invoices");
        for part in [
            "table invoices",
            "id",
            "create-invoice",
            "writes",
            "get-invoice",
            "reads",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_command_is_shown_with_its_senders_and_its_handler() {
        let text = shown("quote");
        for part in ["command quote", "get-invoice", "handle-quote", "country"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(shown("service:orders").contains("handle-quote"));
    }
}
