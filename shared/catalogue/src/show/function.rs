//! A function, shown.

use serde::Serialize;

use crate::document::{Consumer, Document, EventVersion, Function, Guarantee, Role, Takes, Use};

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownFunction {
    /// What calls it.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: String,
    /// The route, the types, the schedule or the table that it is called for, in words.
    pub called: String,
    /// What a consumer promises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guarantee: Option<Guarantee>,
    /// The versions of events or of a command that its code knows.
    pub reads: Vec<EventVersion>,
    /// The events that it states.
    pub publishes: Vec<EventVersion>,
    /// What it touches, in words.
    pub touches: Vec<String>,
    /// How it runs.
    pub settings: Vec<Setting>,
}

/// One of its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Its name, in words.
    pub name: &'static str,
    /// Its value, with its unit.
    pub value: String,
}

impl ShownFunction {
    /// A function of this document.
    pub(super) fn of(document: &Document, role: Role, function: &dyn Function) -> Self {
        let consumer = match role {
            Role::Consumer => document.consumers.iter().find(|one| one.name == function.name()),
            _ => None,
        };
        Self {
            kind: role.as_str(),
            name: function.name().to_owned(),
            service: function.service().to_owned(),
            called: called(document, role, function.name()),
            guarantee: consumer.map(|one| one.guarantee),
            reads: consumer.map(|one| one.events.clone()).unwrap_or_default(),
            publishes: function.publishes().to_vec(),
            touches: function.uses().iter().map(touched).collect(),
            settings: settings(function, consumer),
        }
    }
}

/// Why it is called, and what it states.
pub(crate) fn in_a_line(document: &Document, role: Role, function: &dyn Function) -> String {
    let called = called(document, role, function.name());
    let guarantee = document.consumers.iter().find(|one| one.name == function.name());
    let guarantee = guarantee.filter(|_| role == Role::Consumer);
    let guarantee = guarantee.map_or(String::new(), |one| format!("{:<13} ", one.guarantee.as_str()));
    let stated: Vec<_> = function.publishes().iter().map(ToString::to_string).collect();
    let arrow = if stated.is_empty() { "" } else { " -> " };
    format!("{guarantee}{called}{arrow}{}", stated.join(", "))
}

/// What it is called for.
fn called(document: &Document, role: Role, name: &str) -> String {
    let endpoints = document.publishers.iter().chain(&document.queries);
    let scheduled = document
        .scheduled
        .iter()
        .map(|one| (&one.name, one.every_minutes));
    let sweepers = document.sweepers.iter().map(|one| (&one.name, one.every_minutes));
    let reapers = document.reapers.iter().map(|one| (&one.name, one.every_minutes));
    let relays = document.relays.iter().map(|one| (&one.name, &one.table));
    let snapshotters = document.snapshotters.iter().map(|one| (&one.name, &one.table));
    let found = match role {
        Role::Publisher | Role::Query => endpoints
            .clone()
            .find(|one| one.name == name)
            .map(|one| format!("{} {}", one.method, one.path)),
        Role::Consumer => document.consumers.iter().find(|one| one.name == name).map(taken),
        Role::Relay | Role::Snapshotter => relays
            .chain(snapshotters)
            .find(|(one, _)| *one == name)
            .map(|(_, table)| format!("the stream of {table}")),
        Role::Sweeper | Role::Reaper | Role::Scheduled => scheduled
            .chain(sweepers)
            .chain(reapers)
            .find(|(one, _)| *one == name)
            .map(|(_, minutes)| every(minutes)),
    };
    found.unwrap_or_default()
}

fn taken(consumer: &Consumer) -> String {
    match &consumer.takes {
        Takes::Types { types } => types.join(", "),
        Takes::Prefix { prefix } => format!("{prefix}*"),
        Takes::Command { command } => format!("the command {command}"),
        Takes::All { .. } => "every event".to_owned(),
    }
}

fn every(minutes: Option<u32>) -> String {
    match minutes {
        None => "a schedule".to_owned(),
        Some(1) => "every minute".to_owned(),
        Some(minutes) => format!("every {minutes} minutes"),
    }
}

fn touched(used: &Use) -> String {
    match used {
        Use::Table { table, access } => format!("{} table {table}", access.as_str()),
        Use::Personal { personal } => match (personal.reads(), personal.writes()) {
            (true, true) => "opens and seals personal values".to_owned(),
            (true, false) => "opens personal values".to_owned(),
            _ => "seals personal values".to_owned(),
        },
        Use::Mail { .. } => "sends mail".to_owned(),
        Use::Secret { secret } => format!("reaches a provider by secret {secret}"),
        Use::Parameter {
            parameter,
            default,
            summary,
            ..
        } => {
            format!("is told parameter {parameter} ({default}): {summary}")
        }
        Use::Bucket { bucket, access } => format!("{} bucket {bucket}", access.as_str()),
        Use::Command { command } => format!("sends command {command}"),
        Use::Replies { .. } => "waits for answers".to_owned(),
        Use::Other(value) => value.to_string(),
    }
}

fn settings(function: &dyn Function, consumer: Option<&Consumer>) -> Vec<Setting> {
    let plain = |name, value: Option<u32>, unit: &str| {
        value.map(|value| Setting {
            name,
            value: format!("{value}{unit}"),
        })
    };
    let lasting = |name, value: Option<u64>| {
        value.map(|value| Setting {
            name,
            value: lasts(value),
        })
    };
    let mut settings = vec![
        plain("time-out", function.timeout_seconds(), " s"),
        plain("memory", function.memory_mb(), " MB"),
    ];
    if let Some(one) = consumer {
        settings.extend([
            plain("batch, at most", one.batch_size, " messages"),
            plain("calls at once, at most", one.maximum_concurrency, ""),
            plain("a message is hidden for", one.visibility_timeout_seconds, " s"),
            plain("receives, at most", one.max_receive_count, ""),
            lasting("messages are kept", one.retention_seconds),
            lasting("letters are kept", one.dead_letter_retention_seconds),
        ]);
    }
    settings.into_iter().flatten().collect()
}

/// A time in the unit that it has whole: days, hours, minutes or seconds.
fn lasts(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let whole = units
        .into_iter()
        .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} s"),
    }
}
