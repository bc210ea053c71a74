//! What is shown, as text for people.

use std::fmt;

use super::{Shown, ShownFunction, ShownMessage, ShownService, ShownTable, ShownVersion};
use crate::columns::Columns;

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => write!(f, "{}", columns_of_message(message)),
            Self::Function(function) => write!(f, "{}", columns_of_function(function)),
            Self::Table(table) => write!(f, "{}", columns_of_table(table)),
            Self::Service(service) => write!(f, "{}", columns_of_service(service)),
        }
    }
}

fn columns_of_message(message: &ShownMessage) -> String {
    let mut text = Text::titled(message.kind, &message.name);
    text.paragraph(message.description.as_deref());
    text.facts(&[
        ("owner", message.service.as_deref().unwrap_or("nobody")),
        ("domain", &message.domain),
        ("aggregate", message.aggregate.as_deref().unwrap_or("-")),
    ]);
    let mut versions = Columns::default();
    for version in &message.versions {
        fields(&mut versions, message.current, version);
    }
    text.part(&versions);

    let mut people = Columns::default();
    let command = message.kind == "command";
    people.title(if command { "sent by" } else { "stated by" });
    for one in &message.producers {
        let version = one
            .version
            .map(|version| format!("v{version}"))
            .unwrap_or_default();
        people.row([&one.name, &one.service, one.role, &version]);
    }
    nobody(&mut people, message.producers.is_empty());
    text.part(&people);

    let mut people = Columns::default();
    people.title(if command { "handled by" } else { "taken by" });
    for one in &message.consumers {
        let reads = match (&one.reads, &one.wildcard) {
            (Some(version), _) => format!("reads v{version}"),
            (None, Some(wildcard)) => format!("any version ({wildcard})"),
            (None, None) => String::new(),
        };
        people.row([&one.name, &one.service, one.guarantee, &reads]);
    }
    nobody(&mut people, message.consumers.is_empty());
    text.part(&people);
    text.0
}

fn fields(columns: &mut Columns, current: Option<u32>, version: &ShownVersion) {
    let mut title = format!("v{}", version.version);
    if current == Some(version.version) {
        title.push_str("  current");
    }
    if let Some(least) = version.min_reader {
        title.push_str(&format!("  read by v{least} and newer"));
    }
    if !version.readable {
        title.push_str("  not read by this code any more");
    }
    if let Some(deprecated) = &version.deprecated {
        title.push_str(&format!("  deprecated{}", deprecated.said()));
    }
    columns.title(&title);
    for field in &version.fields {
        let optional = if field.required { "" } else { "optional" };
        let personal = if field.personal { "personal" } else { "" };
        let marks = [optional, personal].into_iter().filter(|mark| !mark.is_empty());
        let marks = marks.collect::<Vec<_>>().join(", ");
        let description = field.description.as_deref().unwrap_or_default();
        let description = description.lines().next().unwrap_or_default();
        columns.row([&field.path, &field.kind, &marks, description]);
    }
}

fn columns_of_function(function: &ShownFunction) -> String {
    let mut text = Text::titled(function.kind, &function.name);
    let guarantee = function.guarantee.map_or("-", |one| one.as_str());
    text.facts(&[
        ("service", function.service.as_str()),
        ("called for", &function.called),
        ("guarantee", guarantee),
    ]);
    let names = |versions: &[crate::document::EventVersion]| {
        versions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    text.lines("reads", &names(&function.reads));
    text.lines("states", &names(&function.publishes));
    text.lines("touches", &function.touches);
    let mut settings = Columns::default();
    settings.title("settings");
    function
        .settings
        .iter()
        .for_each(|one| settings.row([one.name, &one.value]));
    text.part(&settings);
    text.0
}

fn columns_of_table(shown: &ShownTable) -> String {
    let table = &shown.table;
    let mut text = Text::titled(shown.kind, &table.name);
    text.facts(&[
        ("service", table.service.as_str()),
        ("partition key", &table.partition_key),
        ("sort key", table.sort_key.as_deref().unwrap_or("-")),
        ("expires by", table.expiry.as_deref().unwrap_or("-")),
        ("streamed", if table.stream { "yes" } else { "no" }),
    ]);
    let indexes = table.indexes.iter().map(|index| {
        let sort = index
            .sort_key
            .as_deref()
            .map(|key| format!(", {key}"))
            .unwrap_or_default();
        format!("{} ({}{sort})", index.name, index.partition_key)
    });
    text.lines("indexes", &indexes.collect::<Vec<_>>());
    let mut users = Columns::default();
    users.title("touched by");
    for one in &shown.users {
        users.row([&one.name, &one.service, one.role, one.access]);
    }
    nobody(&mut users, shown.users.is_empty());
    text.part(&users);
    text.0
}

fn columns_of_service(service: &ShownService) -> String {
    let mut text = Text::titled(service.kind, &service.name);
    let mut owned = Columns::default();
    owned.title("owns");
    for line in &service.owns {
        owned.row([line.kind, &line.name, &line.summary]);
    }
    text.part(&owned);
    text.0
}

fn nobody(columns: &mut Columns, empty: bool) {
    if empty {
        columns.row(["nobody"]);
    }
}

struct Text(String);

impl Text {
    fn titled(kind: &str, name: &str) -> Self {
        Self(format!("{kind} {name}\n"))
    }

    fn paragraph(&mut self, words: Option<&str>) {
        for line in words.unwrap_or_default().lines() {
            self.0.push_str(&format!("  {line}\n"));
        }
    }

    fn facts(&mut self, facts: &[(&str, &str)]) {
        let mut columns = Columns::default();
        for (name, value) in facts.iter().filter(|(_, value)| *value != "-") {
            columns.row([name, value]);
        }
        self.0.push_str(&columns.to_string());
    }

    fn lines(&mut self, title: &str, lines: &[String]) {
        let mut columns = Columns::default();
        if !lines.is_empty() {
            columns.title(title);
            lines.iter().for_each(|line| columns.row([line]));
            self.part(&columns);
        }
    }

    fn part(&mut self, columns: &Columns) {
        let part = columns.to_string();
        if !part.is_empty() {
            self.0.push_str(&format!("\n{part}"));
        }
    }
}
