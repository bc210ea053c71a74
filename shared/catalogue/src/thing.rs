//! Everything that has a name in a system, and how it is found by it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::document::{Document, Function, Role, Table};

/// Something with a name.
#[derive(Clone, Copy)]
pub enum Thing<'a> {
    /// An event, by its type.
    Event(&'a str),
    /// A command, by its type.
    Command(&'a str),
    /// What a handler answers, by its type.
    Answer(&'a str),
    /// A function.
    Function(Role, &'a dyn Function),
    /// A table.
    Table(&'a Table),
    /// A service.
    Service(&'a str),
}

/// What a name means: usually one thing, several where a command, a function or a service share it.
pub type Found<'a> = Vec<Thing<'a>>;

/// A name that nothing has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Unknown {
    /// The name.
    pub name: String,
    /// Names that are nearly it, the nearest first.
    pub similar: Vec<String>,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "nothing is called {}", self.name)?;
        match &self.similar[..] {
            [] => write!(f, "; `tidings catalog list` lists what there is"),
            similar => write!(f, "; did you mean {}?", similar.join(", ")),
        }
    }
}

/// How many names are proposed.
const PROPOSED: usize = 3;
/// How like a name another must be to be proposed, from 0 to 1 (Jaro-Winkler).
const LIKE: f64 = 0.8;

impl<'a> Thing<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self {
            Self::Event(name) | Self::Command(name) | Self::Answer(name) | Self::Service(name) => name,
            Self::Function(_, function) => function.name(),
            Self::Table(table) => &table.name,
        }
    }

    /// The word for what it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Command(_) => "command",
            Self::Answer(_) => "answer",
            Self::Function(role, _) => role.as_str(),
            Self::Table(_) => "table",
            Self::Service(_) => "service",
        }
    }

    /// Whether `kind` is a word for it: its own, or `function` for any function.
    fn is(&self, kind: &str) -> bool {
        kind == self.kind() || (kind == "function" && matches!(self, Self::Function(..)))
    }
}

impl Document {
    /// Everything that has a name.
    pub fn things(&self) -> impl Iterator<Item = Thing<'_>> {
        use crate::document::ContractKind::Answer;
        let events = self.events().into_iter().map(Thing::Event);
        let commands = self.commands().into_iter().map(Thing::Command);
        let answers = self.contracts_of(Answer).map(|one| Thing::Answer(&one.name));
        let functions = self
            .functions()
            .map(|(role, function)| Thing::Function(role, function));
        let tables = self.tables.iter().map(Thing::Table);
        let services = self.services().into_iter().map(Thing::Service);
        let messages = events.chain(commands).chain(answers);
        messages.chain(functions).chain(tables).chain(services)
    }

    /// What this name means. `kind:name` (`table:events`, `command:place-order`) says which, where
    /// several things share it.
    ///
    /// # Errors
    /// Nothing is called so; names that are nearly it are proposed.
    pub fn find(&self, name: &str) -> Result<Found<'_>, Unknown> {
        let (kind, bare) = match name.split_once(':') {
            Some((kind, bare)) => (Some(kind), bare),
            None => (None, name),
        };
        let wanted = |thing: &Thing<'_>| thing.name() == bare && kind.is_none_or(|kind| thing.is(kind));
        let found: Vec<_> = self.things().filter(wanted).collect();
        if found.is_empty() {
            let known: BTreeSet<_> = self.things().map(|thing| thing.name()).collect();
            return Err(Unknown {
                name: name.to_owned(),
                similar: similar(bare, known),
            });
        }
        Ok(found)
    }
}

/// Those of `known` that are nearly `name`, the nearest first.
#[must_use]
pub fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let liked = known.into_iter().map(|one| (likeness(&name, one), one));
    let mut liked: Vec<_> = liked.filter(|(how, _)| *how >= LIKE).collect();
    liked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    liked
        .into_iter()
        .take(PROPOSED)
        .map(|(_, one)| one.to_owned())
        .collect()
}

/// A part of a name (`invoice`) is like the whole name; of the rest, spelling decides.
fn likeness(name: &str, known: &str) -> f64 {
    let spelled = strsim::jaro_winkler(name, known);
    let is_part = name.len() >= 3 && known.split(['.', '-', '_']).any(|part| part == name);
    if is_part { spelled.max(0.95) } else { spelled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::small;

    #[test]
    fn a_name_with_a_slip_is_told_what_was_meant() {
        let document = small();
        let unknown = document.find("order.plased").err().expect("there is none");
        assert_eq!(unknown.similar.first().map(String::as_str), Some("order.placed"));
        assert!(unknown.to_string().contains("did you mean order.placed"));
        let far = document.find("xylophone").err().expect("there is none");
        assert_eq!(far.similar, Vec::<String>::new());
        let part = document.find("invoice").err().expect("there is none");
        assert!(part.similar.contains(&"create-invoice".to_owned()), "{part}");
    }

    #[test]
    fn a_kind_before_the_name_says_which_thing_is_meant() {
        let mut document = small();
        document.publishers[0].name = "quote".to_owned();
        let kinds: Vec<_> = document
            .find("quote")
            .expect("both")
            .iter()
            .map(Thing::kind)
            .collect();
        assert_eq!(kinds, ["command", "publisher"]);
        let one = document.find("publisher:quote").expect("one");
        assert_eq!(one.len(), 1);
        assert_eq!(document.find("function:quote").expect("one").len(), 1);
        assert!(document.find("table:quote").is_err());
    }
}
